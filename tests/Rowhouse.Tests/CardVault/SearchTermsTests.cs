using FsCheck.Xunit;
using Rowhouse.CardVault.Catalogue;
using Shouldly;

namespace Rowhouse.Tests.CardVault;

public sealed class SearchTermsTests
{
    [Theory]
    [InlineData("griffey 89 ud", "word:griffey year:1989 brand:Upper Deck")]
    [InlineData("'89 ud #1", "year:1989 brand:Upper Deck number:1")]
    [InlineData("1986-87 fleer", "year:1986 word:fleer")]
    [InlineData("US-50 trout", "number:us50 word:trout")]
    [InlineData("JOSÉ o'neill", "word:jose word:oneill")]
    [InlineData("1234567-001", "number:1234567001")]
    [InlineData("1234-35", "number:123435")]
    [InlineData("don mattingly", "brand:Donruss word:mattingly")]
    [InlineData("24 topps 500", "year:2024 word:topps number:500")]
    [InlineData("  ---  ", "")]
    public void Words_are_understood(string query, string expected) =>
        string.Join(' ', SearchTerms.Parse(query, 2026).Explained.Select(term => $"{term.Kind}:{term.Meaning}")).ShouldBe(expected);

    [Fact]
    public void The_first_stage_takes_every_word_at_its_likeliest() =>
        SearchTerms.Parse("griffey 89 ud", 2026).Stages()[0].ToString().ShouldBe("'griffey' & '@1989' & 'upper' & 'deck'");

    [Fact]
    public void A_beginning_of_a_word_does_not_make_a_year_a_number()
    {
        var stages = SearchTerms.Parse("grif 89", 2026).Stages();

        stages[1].ToString().ShouldBe("'grif':* & '@1989'");
        stages[2].ToString().ShouldBe("'grif':* & '#89'");
    }

    [Fact]
    public void One_letter_is_no_beginning_and_a_text_of_many_words_is_cut()
    {
        SearchTerms.Parse("a griffey 7", 2026).Stages()[^1].ToString().ShouldBe("'a' & 'griffey':* & ( '#7' | '7' )");
        SearchTerms.Parse(string.Join('-', Enumerable.Repeat("ab", 60)), 2026).Stages()[^1].ToString().ShouldBe("'ab':* & 'ab':* & 'ab':* & 'ab':*");
    }

    [Fact]
    public void Short_forms_are_tried_as_the_word_that_they_are_as_well() => SearchTerms.Parse("don", 2026).Stages()[^1].ToString().ShouldBe("'donruss' | 'don':*");

    [Property]
    public bool Any_text_whatever_is_understood_without_failing(string text) => SearchTerms.Parse(Valid(text), 2026).Stages().Count is >= 0 and <= 4;

    [Fact]
    public void Numbers_sort_as_people_count() =>
        new[] { "US-50", "10", "2", "1a", "", "US-9", "1" }.OrderBy(SearchWords.NumberOrder, StringComparer.Ordinal).ShouldBe(["", "1", "1a", "2", "10", "US-9", "US-50"]);

    // Lone surrogates reach no query: neither UTF-8 nor JSON carries them.
    private static string Valid(string? text) => new((text ?? "").Where(c => !char.IsSurrogate(c)).ToArray());
}
