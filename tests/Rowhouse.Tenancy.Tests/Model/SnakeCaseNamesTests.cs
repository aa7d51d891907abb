using Rowhouse.Tenancy.Postgres;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Model;

public sealed class SnakeCaseNamesTests
{
    [Theory]
    [InlineData("Note", "note")]
    [InlineData("GradedOn", "graded_on")]
    [InlineData("GradedCards", "graded_cards")]
    [InlineData("Place_HouseNumber", "place_house_number")]
    [InlineData("PSAGrade", "psa_grade")]
    [InlineData("ImageURL", "image_url")]
    [InlineData("tenant_id", "tenant_id")]
    [InlineData("Card2Front", "card2_front")]
    public void Words_are_parted_where_they_begin(string name, string expected) => SnakeCaseNames.Of(name).ShouldBe(expected);
}
