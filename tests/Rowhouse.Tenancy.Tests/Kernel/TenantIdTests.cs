using System.Text.Json;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Kernel;

public sealed class TenantIdTests
{
    [Fact]
    public void An_id_that_is_not_set_has_no_value()
    {
        var id = default(TenantId);

        id.IsSet.ShouldBeFalse();
        Should.Throw<InvalidOperationException>(() => id.Value).Message.ShouldContain("not set");
    }

    [Fact]
    public void The_empty_uuid_is_refused_by_constructor_parser_and_json()
    {
        Should.Throw<ArgumentException>(() => new TenantId(Guid.Empty));
        TenantId.TryParse(Guid.Empty.ToString(), null, out _).ShouldBeFalse();
        Should.Throw<FormatException>(() => TenantId.Parse(Guid.Empty.ToString(), null)).Message.ShouldContain("not empty");
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<TenantId>($"\"{Guid.Empty}\""));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("\"\"")]
    [InlineData("\"not a uuid\"")]
    [InlineData("{}")]
    public void Json_that_is_no_id_is_a_json_error(string json) =>
        Should.Throw<JsonException>(() => JsonSerializer.Deserialize<TenantId>(json));

    [Fact]
    public void An_id_survives_json_and_text()
    {
        var id = TenantId.New(TimeProvider.System);

        JsonSerializer.Deserialize<TenantId>(JsonSerializer.Serialize(id)).ShouldBe(id);
        TenantId.Parse(id.ToString(), null).ShouldBe(id);
    }

    [Fact]
    public void New_ids_are_version_7_and_sort_by_the_clock()
    {
        var earlier = TenantId.New(new FixedClock(DateTimeOffset.UnixEpoch.AddYears(50)));
        var later = TenantId.New(new FixedClock(DateTimeOffset.UnixEpoch.AddYears(51)));

        earlier.Value.Version.ShouldBe(7);
        earlier.CompareTo(later).ShouldBeLessThan(0);
    }

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
