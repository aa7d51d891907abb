using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Rowhouse.Tenancy.Keys;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Secrets;

public sealed class EnvelopeTests
{
    private const int MaxTests = 300;

    private static readonly TenantId smith = TenantId.New(TimeProvider.System);

    private static readonly Gen<byte[]> anyBytes = Gen.Choose(0, 255).Select(number => (byte)number).ArrayOf();

    private static readonly Arbitrary<Sealing> anySealing = (
        from tenant in Gen.Elements(smith, TenantId.New(TimeProvider.System))
        from purpose in Gen.OneOf(Gen.Elements("secret:a", "secret:aa", "secret:b", "backup:1"), Gen.Choose(1, 0xD7FF).Select(code => $"secret:{(char)code}"))
        from version in Gen.OneOf(Gen.Choose(1, 3), Gen.Choose(1, int.MaxValue))
        from key in Gen.Choose(0, 255).Select(number => (byte)number).ArrayOf(Envelope.KeyLength)
        from plaintext in anyBytes
        select new Sealing(tenant, purpose, version, key, plaintext)).ToArbitrary();

    [Property(MaxTest = MaxTests)]
    public Property What_was_sealed_opens_and_is_what_it_was() => Prop.ForAll(anySealing, one => one.Open(one.Seal()).AsSpan().SequenceEqual(one.Plaintext));

    [Property(MaxTest = MaxTests)]
    public Property No_bit_of_an_envelope_can_be_flipped() => Prop.ForAll(anySealing, Gen.Choose(0, int.MaxValue).ToArbitrary(), (one, at) =>
    {
        var envelope = one.Seal();
        var bit = at % (envelope.Length * 8);
        envelope[bit / 8] ^= (byte)(1 << (bit % 8));

        return IsRefused(one, envelope);
    });

    [Property(MaxTest = MaxTests)]
    public Property No_bit_of_a_key_can_be_flipped() => Prop.ForAll(anySealing, Gen.Choose(0, (Envelope.KeyLength * 8) - 1).ToArbitrary(), (one, bit) =>
    {
        var key = one.Key.ToArray();
        key[bit / 8] ^= (byte)(1 << (bit % 8));

        return IsRefused(one with { Key = key }, one.Seal());
    });

    [Property(MaxTest = MaxTests)]
    public Property Only_the_tenant_purpose_and_version_that_sealed_it_open_it() => Prop.ForAll(anySealing, anySealing, (one, other) =>
    {
        var asOther = other with { Key = one.Key };
        var isSame = (one.Tenant, one.Purpose, one.Version) == (other.Tenant, other.Purpose, other.Version);
        return isSame || IsRefused(asOther, one.Seal());
    });

    [Property(MaxTest = MaxTests)]
    public Property A_version_that_is_written_over_the_envelopes_own_does_not_open_it() => Prop.ForAll(anySealing, Gen.Choose(1, 5).ToArbitrary(), (one, version) =>
    {
        var envelope = one.Seal();
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(envelope.AsSpan(1), version);

        return one.Version == version || IsRefused(one with { Version = version }, envelope);
    });

    [Property(MaxTest = MaxTests)]
    public Property What_is_cut_off_or_made_up_is_refused() => Prop.ForAll(anySealing, anyBytes.ToArbitrary(), (one, madeUp) =>
        IsRefused(one, madeUp) && IsRefused(one, one.Seal()[..^1]) && IsRefused(one, one.Seal()[..(Envelope.Overhead - 1)]) && IsRefused(one, [.. one.Seal(), 0]));

    [Property(MaxTest = MaxTests)]
    public Property The_same_is_never_sealed_the_same_way() => Prop.ForAll(anySealing, one => !one.Seal().AsSpan().SequenceEqual(one.Seal()));

    [Fact]
    public void Keys_and_purposes_that_are_none_are_refused()
    {
        Should.Throw<ArgumentException>(() => Envelope.Seal(new byte[16], smith, "secret:a", 1, []));
        Should.Throw<ArgumentException>(() => Envelope.Seal(new byte[Envelope.KeyLength], smith, "", 1, []));
        Should.Throw<ArgumentException>(() => Envelope.Seal(new byte[Envelope.KeyLength], smith, "secret:\uD800", 1, [])); // would be the same bytes as any other
        Should.Throw<ArgumentException>(() => Envelope.Seal(new byte[Envelope.KeyLength], smith, "secret:a", 0, []));
        Should.Throw<InvalidOperationException>(() => Envelope.Seal(new byte[Envelope.KeyLength], default, "secret:a", 1, []));
        Should.Throw<ArgumentException>(() => new TenantKey(smith, 1, new byte[31]));
        Should.Throw<ArgumentException>(() => new TenantKey(smith, 0, new byte[Envelope.KeyLength]));
        Should.Throw<ArgumentException>(() => new TenantKey(default, 1, new byte[Envelope.KeyLength]));
    }

    [Fact]
    public void A_key_is_a_copy_of_the_bytes_that_it_was_given()
    {
        var bytes = Enumerable.Repeat((byte)7, Envelope.KeyLength).ToArray();
        var key = new TenantKey(smith, 3, bytes);
        bytes.AsSpan().Clear();

        var envelope = key.Seal("secret:a", [1, 2, 3]);

        Envelope.Open(Enumerable.Repeat((byte)7, Envelope.KeyLength).ToArray(), smith, "secret:a", 3, envelope).ShouldBe([1, 2, 3]);
        key.Open("secret:a", envelope).ShouldBe([1, 2, 3]);
        Should.Throw<EnvelopeRefusedException>(() => key.Open("secret:b", envelope)).Purpose.ShouldBe("secret:b");
    }

    // The bytes that are kept for years: another release has to open them.
    [Fact]
    public void An_envelope_of_today_opens_for_ever()
    {
        var kept = Convert.FromHexString(Kept);

        Envelope.Open(Convert.FromHexString(string.Concat(Enumerable.Repeat("0f", Envelope.KeyLength))), TenantId.Parse("01990000-1000-7000-8000-000000000001", null), "secret:kept", 2, kept).ShouldBe("for ever"u8.ToArray());
    }

    private const string Kept = "0100000002000102030405060708090a0bd9b0a3f7ad17dbb98b386cfff7e6765db6191d0cce537a58";

    private static bool IsRefused(Sealing one, byte[] envelope)
    {
        try
        {
            one.Open(envelope);
            return false;
        }
        catch (EnvelopeRefusedException)
        {
            return true;
        }
    }

    private sealed record Sealing(TenantId Tenant, string Purpose, int Version, byte[] Key, byte[] Plaintext)
    {
        public byte[] Seal() => Envelope.Seal(Key, Tenant, Purpose, Version, Plaintext);

        public byte[] Open(byte[] envelope) => Envelope.Open(Key, Tenant, Purpose, Version, envelope);
    }
}
