using System.Security.Cryptography;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Keys;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Keys;

public sealed class PlatformKeyFileTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TenantId tenant = TenantId.New(TimeProvider.System);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rowhouse-key-");

    private string FilePath => Path.Combine(folder.FullName, "platform-key");

    private PlatformKeyFile File => new(FilePath);

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void A_new_file_has_one_key_and_is_its_users_alone()
    {
        File.Exists.ShouldBeFalse();

        File.Make(new(2026, 11, 29, 23, 59, 0, TimeSpan.Zero));

        System.IO.File.GetUnixFileMode(FilePath).ShouldBe(OwnerOnly);
        var key = File.Read().ShouldHaveSingleItem();
        key.Id.ShouldStartWith("2026-11-29-");
        folder.GetFiles().ShouldHaveSingleItem(); // no draft is left
        Unwraps(File.Read()[0], key.Id, key.MakeKey(tenant, 1)).ShouldBeTrue();
    }

    [Fact]
    public void A_file_that_is_there_is_never_written_over()
    {
        Write(Line("kept"));

        File.Make(DateTimeOffset.UnixEpoch);

        File.Read().ShouldHaveSingleItem().Id.ShouldBe("kept");
    }

    [Fact]
    public void The_first_line_wraps_and_what_is_for_people_is_passed_over()
    {
        Write($"# Kept in the safe.\r\n\r\n  {Line("second")}\r\n{Line("first")}\n\n");

        File.Read().Select(key => key.Id).ShouldBe(["second", "first"]);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_file_that_others_read_or_write_is_refused(UnixFileMode others)
    {
        Write(Line("open"), OwnerOnly | others);

        var refused = Should.Throw<PlatformKeyException>(() => File.Read());

        refused.Message.ShouldContain($"'{FilePath}'");
        refused.Message.ShouldContain($"chmod 600 '{FilePath}'");
    }

    [Fact]
    public void So_is_one_that_a_link_leads_to()
    {
        var target = Path.Combine(folder.FullName, "target");
        System.IO.File.WriteAllText(target, Line("open"));
        System.IO.File.SetUnixFileMode(target, OwnerOnly | UnixFileMode.OtherRead);
        System.IO.File.CreateSymbolicLink(FilePath, target);

        Should.Throw<PlatformKeyException>(() => File.Read()).Message.ShouldContain("chmod 600");
    }

    [Theory]
    [InlineData("", "It has no key")]
    [InlineData("# nothing but words\n", "It has no key")]
    [InlineData("k aGVsbG8=", "Line 1")]
    [InlineData("# words\nCAPITALS {key}", "Line 2")]
    [InlineData("{key}", "Line 1")]
    [InlineData("a {key} more", "Line 1")]
    [InlineData("a {key}\nb {cut}", "Line 2")]
    [InlineData("a {key}\n\na {other}", "Line 3 has the id 'a' once more")]
    public void A_file_with_something_else_is_refused_by_its_line_and_never_shown(string text, string told)
    {
        var (key, other) = (RandomKey(), RandomKey());
        Write(text.Replace("{key}", key, StringComparison.Ordinal).Replace("{other}", other, StringComparison.Ordinal).Replace("{cut}", other[..40], StringComparison.Ordinal));

        var refused = Should.Throw<PlatformKeyException>(() => File.Read());

        refused.Message.ShouldContain(told);
        refused.Message.ShouldContain(FilePath);
        refused.Message.ShouldContain("ROWHOUSE_PLATFORM_KEY_FILE");
        refused.ToString().ShouldNotContain(key);
        refused.ToString().ShouldNotContain(other[..40]);
    }

    [Fact]
    public void What_is_no_file_or_too_large_is_named()
    {
        Should.Throw<PlatformKeyException>(() => File.Read()).Message.ShouldContain(FilePath);
        Should.Throw<PlatformKeyException>(() => new PlatformKeyFile(Path.Combine(folder.FullName, "nowhere", "key")).Make(DateTimeOffset.UnixEpoch)).Message.ShouldContain("cannot be made");
        Write(new string('#', 65 * 1024));
        Should.Throw<PlatformKeyException>(() => File.Read()).Message.ShouldContain("64 KB");
    }

    [Fact]
    public void A_wrapped_key_opens_for_its_tenant_and_version_by_its_own_key_only()
    {
        Write($"{Line("a")}\n{Line("b")}");
        var (a, b) = (File.Read()[0], File.Read()[1]);
        var wrapped = a.MakeKey(tenant, 2);
        var envelope = a.Unwrap(tenant, 2, wrapped).Seal("secret:x", [1, 2, 3]);

        a.Unwrap(tenant, 2, wrapped).Open("secret:x", envelope).ShouldBe([1, 2, 3]);
        b.Unwrap(tenant, 2, a.Rewrap(b, tenant, 2, wrapped)).Open("secret:x", envelope).ShouldBe([1, 2, 3]);
        Should.Throw<EnvelopeRefusedException>(() => b.Unwrap(tenant, 2, wrapped));
        Should.Throw<EnvelopeRefusedException>(() => a.Unwrap(tenant, 1, wrapped));
        Should.Throw<EnvelopeRefusedException>(() => a.Unwrap(TenantId.New(TimeProvider.System), 2, wrapped));
        a.Proof.ShouldBe(File.Read()[0].Proof);
        a.Proof.ShouldNotBe(b.Proof);
    }

    private static bool Unwraps(PlatformKey key, string id, byte[] wrapped) => key.Id == id && key.Unwrap(tenant, 1, wrapped).Version == 1;

    private static string Line(string id) => $"{id} {RandomKey()}";

    private static string RandomKey() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(Envelope.KeyLength));

    private void Write(string text, UnixFileMode mode = OwnerOnly)
    {
        System.IO.File.WriteAllText(FilePath, text);
        System.IO.File.SetUnixFileMode(FilePath, mode);
    }
}
