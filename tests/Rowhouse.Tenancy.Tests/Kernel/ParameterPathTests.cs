using System.Text;
using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Kernel;

public sealed partial class ParameterPathTests
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_";

    /// <summary>Paths that are right, of any length and depth.</summary>
    private static readonly Gen<string> Paths =
        from depth in Gen.Choose(1, ParameterPath.MaxLevels)
        from levels in Gen.Elements(Letters.ToCharArray()).NonEmptyListOf().Where(level => level.Count <= 40).Select(level => string.Concat(level)).ArrayOf(depth)
        where levels.All(level => level is not "." and not "..") && !ReservedPattern().IsMatch(levels[0])
        select "/" + string.Join('/', levels);

    [Theory]
    [InlineData("/platform/postgres/shared-store")]
    [InlineData("/accounts/01990000-0000-7000-8000-000000000001/cloud-type")]
    [InlineData("/a")]
    [InlineData("/.../a..b/.c/-/_")]
    [InlineData("/my-aws/ssm/aws")]
    [InlineData("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15")]
    public void A_path_is_taken_as_it_is(string text)
    {
        var path = ParameterPath.Parse(text, null);

        (path.Value, path.ToString()).ShouldBe((text, text));
        ("/" + string.Join('/', path.Levels)).ShouldBe(text);
    }

    [Theory]
    [InlineData(null, "slash")]
    [InlineData("", "slash")]
    [InlineData("a/b", "slash")]
    [InlineData(" /a", "slash")]
    [InlineData("/", "empty level")]
    [InlineData("//", "empty level")]
    [InlineData("/a/", "empty level")]
    [InlineData("/a//b", "empty level")]
    [InlineData("/.", "neither")]
    [InlineData("/a/../b", "neither")]
    [InlineData("/a b", "only letters")]
    [InlineData("/a\n", "only letters")]
    [InlineData("/ä", "only letters")]
    [InlineData("/a%2e", "only letters")]
    [InlineData("/a\\b", "only letters")]
    [InlineData("/a\0", "only letters")]
    [InlineData("/１", "only letters")]
    [InlineData("/aws", "aws or ssm")]
    [InlineData("/AwSome/a", "aws or ssm")]
    [InlineData("/ssm/a", "aws or ssm")]
    [InlineData("/SSM-1", "aws or ssm")]
    [InlineData("/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16", "15 levels")]
    public void What_is_no_path_is_refused_with_the_reason(string? text, string reason)
    {
        ParameterPath.TryParse(text, null, out _).ShouldBeFalse();
        ParameterPath.Explain(text).ShouldNotBeNull().ShouldContain(reason);
    }

    [Fact]
    public void A_path_has_at_most_1011_characters()
    {
        ParameterPath.TryParse("/" + new string('a', ParameterPath.MaxLength - 1), null, out _).ShouldBeTrue();
        ParameterPath.Explain("/" + new string('a', ParameterPath.MaxLength)).ShouldNotBeNull().ShouldContain("1011");
    }

    [Fact]
    public void Case_counts()
    {
        ParameterPath.Parse("/a", null).ShouldNotBe(ParameterPath.Parse("/A", null));
        ParameterPath.Parse("/a/b", null).IsBelow(ParameterPath.Parse("/A", null)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("/a/b", "/a", true)]
    [InlineData("/a/b/c", "/a", true)]
    [InlineData("/ab", "/a", false)]
    [InlineData("/a", "/a", false)]
    [InlineData("/a", "/a/b", false)]
    [InlineData("/a/bc", "/a/b", false)]
    public void A_path_is_below_another_at_the_end_of_a_level(string path, string other, bool expected) =>
        ParameterPath.Parse(path, null).IsBelow(ParameterPath.Parse(other, null)).ShouldBe(expected);

    [Fact]
    public void A_path_that_is_not_set_has_no_value_and_an_empty_text()
    {
        Should.Throw<InvalidOperationException>(() => default(ParameterPath).Value).Message.ShouldContain("not set");
        default(ParameterPath).ToString().ShouldBeEmpty();
        (default(ParameterPath) < ParameterPath.Parse("/a", null)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData(null, "empty")]
    public void What_is_no_value_is_refused_with_the_reason(string? text, string reason) => ParameterPath.ExplainValue(text).ShouldNotBeNull().ShouldContain(reason);

    [Fact]
    public void Half_a_character_is_no_value() => ParameterPath.ExplainValue("a\ud800").ShouldNotBeNull().ShouldContain("half a character"); // an attribute cannot say it

    [Fact]
    public void A_value_has_at_most_4096_bytes_and_not_characters()
    {
        ParameterPath.ExplainValue(new string('a', 4096)).ShouldBeNull();
        ParameterPath.ExplainValue(new string('a', 4097)).ShouldNotBeNull().ShouldContain("4096");
        ParameterPath.ExplainValue(new string('긹', 1365)).ShouldBeNull();
        ParameterPath.ExplainValue(new string('긹', 1366)).ShouldNotBeNull().ShouldContain("4096");
    }

    [Property]
    public Property Whatever_is_made_of_levels_that_are_right_is_a_path_of_these_levels_and_sorts_as_its_text() => Prop.ForAll(Paths.ToArbitrary(), Paths.ToArbitrary(), (one, other) =>
    {
        var (path, second) = (ParameterPath.Parse(one, null), ParameterPath.Parse(other, null));

        path.Value.ShouldBe(one);
        path.Levels.ShouldBe(one[1..].Split('/'));
        Math.Sign(path.CompareTo(second)).ShouldBe(Math.Sign(string.CompareOrdinal(one, other)));
        path.IsBelow(second).ShouldBe((one + "/").StartsWith(other + "/", StringComparison.Ordinal) && one != other);
        if (path.Levels.Count > 1)
        {
            path.IsBelow(ParameterPath.Parse(one[..one.LastIndexOf('/')], null)).ShouldBeTrue();
        }
    });

    [Property]
    public Property Whatever_is_changed_in_a_path_it_is_one_where_the_rules_say_so() => Prop.ForAll(
        Paths.ToArbitrary(), Gen.Elements("/", ".", "..", "/.", "/../", "//", " ", "\n", "%", "é", "aws", "SSM", "a", "\0", "\\").Two().ToArbitrary(), ArbMap.Default.ArbFor<PositiveInt>(), (path, parts, at) =>
        {
            var place = at.Get % (path.Length + 1);
            var changed = path[..place] + parts.Item1 + path[Math.Min(path.Length, place + 1)..] + (at.Get % 3 == 0 ? parts.Item2 : "");

            ParameterPath.TryParse(changed, null, out var parsed).ShouldBe(Promised(changed), changed);
            (ParameterPath.Explain(changed) is null).ShouldBe(Promised(changed));
            parsed.ToString().ShouldBe(Promised(changed) ? changed : "");
        });

    [Property]
    public void Any_text_is_a_value_where_its_bytes_are_few_enough_and_it_has_some(NonNull<string> part, PositiveInt times)
    {
        var text = string.Concat(Enumerable.Repeat(part.Get, times.Get * 10));

        var comesBack = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)) == text;
        (ParameterPath.ExplainValue(text) is null).ShouldBe(text.Length > 0 && Encoding.UTF8.GetByteCount(text) <= 4096 && comesBack);
    }

    // The rules in another manner of speaking.
    private static bool Promised(string text) => text.Length <= 1011 && PathPattern().IsMatch(text) && !ReservedPattern().IsMatch(text[1..]) && !TraversalPattern().IsMatch(text);

    [GeneratedRegex(@"\A(/[a-zA-Z0-9._-]+){1,15}\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PathPattern();

    [GeneratedRegex(@"\A(aws|ssm)", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ReservedPattern();

    [GeneratedRegex(@"/\.\.?(/|\z)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TraversalPattern();
}
