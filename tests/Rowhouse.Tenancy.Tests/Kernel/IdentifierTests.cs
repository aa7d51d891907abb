using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Kernel;

public sealed class IdentifierTests
{
    [Theory]
    [InlineData("müller.example")]
    [InlineData("MÜLLER.example.")]
    [InlineData("xn--mller-kva.example")]
    [InlineData("XN--MLLER-KVA.EXAMPLE:443")]
    [InlineData("mu\u0308ller.example")]
    [InlineData("MU\u0308LLER.EXAMPLE")]
    [InlineData("müller。example")]
    [InlineData("müller．example。")]
    [InlineData("ｍüller.example")]
    public void A_host_has_one_form_however_it_is_spelled(string text) => Form(IdentifierKind.Host, text).ShouldBe("xn--mller-kva.example");

    [Theory]
    [InlineData("smith.example", "smith.example")]
    [InlineData("Smith.Example.:8443", "smith.example")]
    [InlineData("straße.example", "xn--strae-oqa.example")]
    [InlineData("1989.example", "1989.example")]
    [InlineData("127.example", "127.example")]
    [InlineData("a_b.example", "a_b.example")]
    [InlineData("localhost:5080", "localhost")]
    public void A_host_is_known_by_its_name(string text, string expected) => Form(IdentifierKind.Host, text).ShouldBe(expected);

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData(":443")]
    [InlineData("smith..example")]
    [InlineData(".smith.example")]
    [InlineData("smith.example..")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1.")]
    [InlineData("127.1:80")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("0x7F.1")]
    [InlineData("smith.0x")]
    [InlineData("smith.1")]
    [InlineData("[::1]")]
    [InlineData("[::1]:443")]
    [InlineData("::1")]
    [InlineData("fe80::1%eth0")]
    [InlineData("１２７.０.０.１")]
    [InlineData("smith.example:80:80")]
    [InlineData("smith.example:http")]
    [InlineData("smith.example/x")]
    [InlineData("smith@evil.example")]
    [InlineData("smith.exa mple")]
    [InlineData("smith.example\0")]
    [InlineData("smith.example\r\nX: y")]
    [InlineData("smith.ex\u200Eample")]
    public void An_address_or_what_is_no_name_has_none(string text) => Form(IdentifierKind.Host, text).ShouldBeNull();

    [Fact]
    public void A_label_has_at_most_63_characters_and_a_host_253()
    {
        var label = new string('a', 63);

        Form(IdentifierKind.Host, $"{label}.example").ShouldNotBeNull();
        Form(IdentifierKind.Host, $"a{label}.example").ShouldBeNull();
        Form(IdentifierKind.Host, $"{label}.{label}.{label}.{label[..61]}").ShouldNotBeNull();
        Form(IdentifierKind.Host, $"{label}.{label}.{label}.{label[..62]}").ShouldBeNull();
    }

    [Theory]
    [InlineData("+49 (30) 123-456.78", "+493012345678")]
    [InlineData(" +1/650/555 0100 ", "+16505550100")]
    [InlineData("+16505550100", "+16505550100")]
    [InlineData("+123456789012345", "+123456789012345")]
    [InlineData("+1234567890123456", null)]
    [InlineData("+0123456789", null)]
    [InlineData("16505550100", null)]
    [InlineData("0016505550100", null)]
    [InlineData("+1650call", null)]
    [InlineData("+١٢٣٤٥٦٧", null)]
    [InlineData("+", null)]
    [InlineData("+123", null)]
    [InlineData("", null)]
    public void A_telephone_number_is_written_as_E164(string text, string? expected) => Form(IdentifierKind.PhoneNumber, text).ShouldBe(expected);

    [Theory]
    [InlineData(IdentifierKind.Name, " SMITH ", "smith")]
    [InlineData(IdentifierKind.Name, "Org_Ab:1", "org_ab:1")]
    [InlineData(IdentifierKind.Name, "\u212Aite", null)]
    [InlineData(IdentifierKind.Name, "smith harbor", null)]
    [InlineData(IdentifierKind.Name, "  ", null)]
    [InlineData(IdentifierKind.WhatsAppPhoneNumberId, " 106540352242922 ", "106540352242922")]
    [InlineData(IdentifierKind.WhatsAppPhoneNumberId, "10654x", null)]
    [InlineData(IdentifierKind.WhatsAppPhoneNumberId, "", null)]
    [InlineData(IdentifierKind.ShopDomain, "Smith.MyShopify.com", "smith.myshopify.com")]
    [InlineData(IdentifierKind.ShopDomain, "smith.myshopify.com/admin", null)]
    public void Every_kind_has_its_own_form(IdentifierKind kind, string text, string? expected) => Form(kind, text).ShouldBe(expected);

    [Theory]
    [InlineData(IdentifierKind.ApiKey)]
    [InlineData(IdentifierKind.OAuthState)]
    public void Of_a_secret_only_its_hash_leads_to_a_tenant(IdentifierKind kind)
    {
        // FIPS 180-4's example.
        Form(kind, "abc").ShouldBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        Form(kind, "ABC").ShouldNotBe(Form(kind, "abc"));
        Form(kind, "").ShouldBeNull();
    }

    [Fact]
    public void A_value_that_is_longer_than_any_has_no_form()
    {
        Form(IdentifierKind.ApiKey, new string('k', Identifier.MaxLength)).ShouldNotBeNull();
        Form(IdentifierKind.ApiKey, new string('ﷺ', Identifier.MaxLength)).ShouldNotBeNull();
        foreach (var kind in Enum.GetValues<IdentifierKind>())
        {
            Form(kind, new string('1', Identifier.MaxLength + 1)).ShouldBeNull();
        }
    }

    [Property(MaxTest = 2000)]
    public Property A_form_is_its_own_form_and_no_text_throws() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string?>(), Gen.Elements(Enum.GetValues<IdentifierKind>()).ToArbitrary(), (text, kind) =>
        {
            var secret = kind is IdentifierKind.ApiKey or IdentifierKind.OAuthState;
            return Form(kind, text) is not { } form || secret || Form(kind, form) == form;
        });

    private static string? Form(IdentifierKind kind, string? text) => Identifier.TryCreate(kind, text, out var identifier) ? identifier.Value : null;
}
