using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Rowhouse.Tenancy.Caching;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Caching;

public sealed class TenantKeysTests
{
    private static readonly string[] texts = ["", ":", "=", "#", "t:", "*", "!", "\0", "\r\n", "../..", "İ", "ı", "é", "e\u0301", "\uD800", "\uDC00", "😀", new('x', 200), new('x', 201), "__fc:t:", "t:00000000000000000000000000000000:"];

    private static readonly Arbitrary<string> anyText = Gen.OneOf(Gen.Elements(texts), ArbMap.Default.GeneratorFor<string>().Where(text => text is not null), Gen.Choose(0, 0xFFFF).Select(code => ((char)code).ToString()))
        .ListOf().Select(parts => string.Concat(parts)).ToArbitrary();

    private static readonly Type[] types = [typeof(Price), typeof(Report), typeof(CachedValue<Price>), typeof(CachedValue<Report>)];

    [Property(MaxTest = 1000)]
    public Property Two_values_share_a_name_only_if_tenant_type_and_text_are_the_same()
    {
        var named = (from tenant in Gen.Elements(CacheNode.Smith.Id, CacheNode.Harbor.Id) from type in Gen.Elements(types) from text in anyText.Generator select (tenant, type, text)).ToArbitrary();
        return Prop.ForAll(named, named, (one, other) => (Name(one) == Name(other)) == (one == other));
    }

    [Property(MaxTest = 1000)]
    public Property A_name_stays_below_its_tenant_and_its_type_and_reaches_Redis_unchanged() => Prop.ForAll(anyText, text =>
    {
        var name = new TenantKeys(CacheNode.Smith.Id, TenantKeys.NameOf(typeof(Price))).Of(text);

        name.ShouldStartWith($"t:{CacheNode.Smith.Id.Value:N}:{typeof(Price)}:");
        TenantKeys.OwnerOf(name).ShouldBe(CacheNode.Smith.Id.Value);
        System.Text.Encoding.UTF8.GetString(System.Text.Encoding.UTF8.GetBytes(name)).ShouldBe(name);
        name.Length.ShouldBeLessThan(400);
    });

    [Fact]
    public void The_tags_of_tenant_and_type_are_not_to_be_had_as_tags_of_a_product()
    {
        var keys = new TenantKeys(CacheNode.Smith.Id, "type");

        keys.Tags(["", "type", ":", "=", TenantKeys.TagOf(CacheNode.Smith.Id)]).ShouldBeUnique();
    }

    [Fact]
    public void A_text_that_looks_like_what_stands_for_a_long_one_is_another()
    {
        var keys = new TenantKeys(CacheNode.Smith.Id, "type");
        var named = keys.Of(new('x', 201));

        keys.Of(named[(named.LastIndexOf(':') + 1)..]).ShouldNotBe(named);
    }

    [Fact]
    public void A_type_with_a_colon_in_its_name_does_not_reach_the_names_of_another() => TenantKeys.NameOf(new NamedType("a:b%")).ShouldBe("a%3Ab%25");

    private static string Name((TenantId Tenant, Type Type, string Text) of) => new TenantKeys(of.Tenant, TenantKeys.NameOf(of.Type)).Of(of.Text);

    private sealed class NamedType(string name) : System.Reflection.TypeDelegator(typeof(object))
    {
        public override string ToString() => name;
    }
}
