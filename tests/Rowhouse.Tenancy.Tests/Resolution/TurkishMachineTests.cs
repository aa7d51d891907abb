using System.Globalization;
using System.Net;
using Rowhouse.Tenancy.AspNetCore;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Resolution;

/// <summary>A machine set to Turkish, whose I has the small letter ı: names lead where they lead elsewhere.</summary>
public sealed class TurkishMachineTests : IDisposable
{
    private readonly CultureInfo before = CultureInfo.CurrentCulture;

    public TurkishMachineTests()
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("tr-TR", predefinedOnly: true);
        CultureInfo.CurrentCulture.TextInfo.ToLower("SMITH").ShouldBe("smıth", "else these tests show nothing: InvariantGlobalization must be off");
    }

    public void Dispose() => CultureInfo.CurrentCulture = before;

    [Theory]
    [InlineData("FIFA 18", "fifa-18")]
    [InlineData("fifa 18", "fifa-18")]
    [InlineData("IŞIK & İZ", "isik-iz")]
    public void A_name_becomes_the_same_slug(string name, string expected)
    {
        Slug.FromName(name, out var slug).ShouldBeTrue();
        slug.Value.ShouldBe(expected);
    }

    [Theory]
    [InlineData("SMITH.NOTES.EXAMPLE", "/notes", null)]
    [InlineData("CARDS.SMITH.EXAMPLE:443", "/notes", null)]
    [InlineData("notes.example", "/T/SMITH/notes", null)]
    [InlineData("notes.example", "/notes", "SMITH")]
    public async Task A_tenant_is_found_by_its_capitals(string host, string path, string? header)
    {
        await using var app = await StartAsync();

        var (status, body, _) = await app.SendAsync(path, host, headers: header is null ? [] : [("X-Tenant-Id", header)]);

        status.ShouldBe(HttpStatusCode.OK, body);
        body.ShouldStartWith("smith ");
    }

    [Theory]
    [InlineData("sm%C4%B1th")]
    [InlineData("SM%C4%B0TH")]
    public async Task A_dotless_and_a_dotted_i_are_letters_of_other_names(string name)
    {
        await using var app = await StartAsync();

        (await app.SendAsync($"/t/{name}/notes")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_template_in_capitals_is_the_same_template()
    {
        await using var app = await NotesApp.StartAsync(tenancy => tenancy.FromHost("{tenant}.INFO.Example"));

        (await app.SendAsync(host: "smith.info.example")).Status.ShouldBe(HttpStatusCode.OK);
    }

    private static Task<NotesApp> StartAsync() =>
        NotesApp.StartAsync(tenancy => tenancy.FromHost("{tenant}.notes.example").FromPath("/t/{tenant}").FromHeader("X-Tenant-Id"));
}
