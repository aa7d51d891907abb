using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Rowhouse.Contracts;
using Shouldly;

namespace Rowhouse.Tests.Server;

/// <summary>Whatever comes in is answered, and never with a failure of the server.</summary>
public sealed class BadInputTests(BadInputFixture server) : IClassFixture<BadInputFixture>
{
    private const string Secret43 = "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!";
    private const string Json = "Content-Type: application/json";

    // Each as bytes of a JSON text: escaped, and raw as a careless program writes it (Latin-1 here, a char is a byte).
    private static readonly (string Says, string Bytes, bool Refused)[] OddTexts =
    [
        ("U+0000 escaped", "a\\u0000b", true),
        ("U+0000 raw", "a\0b", true),
        ("a lone high surrogate escaped", "a\\ud800b", true),
        ("a lone low surrogate escaped", "a\\udc00b", true),
        ("surrogates the wrong way round", "a\\udc00\\ud800b", true),
        ("a lone surrogate raw, as CESU-8", "a\u00ed\u00a0\u0080b", true),
        ("a byte that is no UTF-8", "a\u00ffb", true),
        ("U+FFFE escaped", "a\\ufffeb", false),
        ("U+FFFE raw", "a\u00ef\u00bf\u00beb", false),
        ("U+FFFF escaped", "\\uffff", false),
        ("a letter beyond the first plane", "a\\ud83d\\ude00b", false),
        ("a thousand combining marks", string.Concat(Enumerable.Repeat("\\u0301", 1000)), false),
    ];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static IEnumerable<TheoryDataRow<Row>> Rows { get; } = new Row[]
    {
        new("43 characters that are no Base64Url, as a bearer", "GET /api/me", 401) { Headers = [$"Authorization: Bearer {Secret43}"] },
        new("43 characters that are no Base64Url, as a cookie", "GET /api/me", 401) { Headers = [$"Cookie: rowhouse-session={Secret43}"], Nobody = true },
        new("43 characters beyond ASCII, as a bearer", "GET /api/me", 401) { Headers = [$"Authorization: Bearer {string.Concat(Enumerable.Repeat("\u00c3\u00a9", 43))}"] },
        new("43 characters that are no Base64Url, as a one-time link", "POST /api/password/set", 400) { Headers = [Json], Body = $$"""{"token":"{{Secret43}}","password":"long enough to be one"}""" },
        new("a cookie without end", "GET /api/me", 401) { Headers = [$"Cookie: rowhouse-session={new string('x', 8000)}"], Nobody = true },
        new("a path decoded twice: NUL", "GET /t/x/api/a%2500", 404),
        new("a path decoded twice: a letter", "GET /t/x/api/a%2541", 404),
        new("a path with NUL", "GET /t/x/a%00", 400),
        new("a tenant with NUL", "GET /t/%2500/api/me", 401) { Nobody = true },
        new("a path with a lone surrogate", "GET /t/x/api/%ED%A0%80", 404),
        new("a path with a raw byte", "GET /t/x/\u00ff", 400),
        new("a tenant beyond ASCII before a redirect", "GET /t/%C3%A9/openapi.json", 302) { Nobody = true },
        new("a tenant with a line break before a redirect", "GET /t/a%0d%0aX-Evil:1/openapi.json", 302) { Nobody = true },
        new("a path of many points", "GET /t/x/../../../../api/etc/passwd", 404),
        new("a target that is an address", "GET http://[::1/api/me", 400),
        new("a host that is none", "GET /api/me", 400) { Headers = ["Host: a b"] },
        new("a host beyond ASCII", "GET /api/me", 400) { Headers = ["Host: \u00e9.localhost"] },
        new("a host of 300 letters", "GET /health/live", 200) { Headers = [$"Host: {new string('a', 300)}.localhost"], Nobody = true },
        new("a host that is no punycode", "GET /health/live", 200) { Headers = ["Host: xn--0-.xn--.localhost"], Nobody = true },
        new("a host that is no punycode, where the console signs in", "POST /api/session?cookie=true", 403) { Headers = [Json, "Host: xn--0-.xn--.localhost", "X-Rowhouse-Request: 1", "Origin: http://x"], Body = """{"email":"a@b.example","password":"x"}""", Nobody = true },
        new("a tenant of raw bytes in the header", "GET /api/members", 404) { Headers = ["X-Tenant-Id: \u00c3\u00a9\u00ef\u00bf\u00be"] },
        new("a header that is no UTF-8", "GET /api/members", 400) { Headers = ["X-Tenant-Id: \u00ff"] },
        new("a tenant without end in the header", "GET /api/members", 404) { Headers = [$"X-Tenant-Id: {new string('x', 9000)}"] },
        new("an empty tenant in the header", "GET /api/members", 404) { Headers = ["X-Tenant-Id: "] },
        new("If-Match that is none", "PATCH {card}", 400) { Headers = [Json, "If-Match: \"\u00c3"], Body = "{}" },
        new("a trace that is none", "GET /api/me", 200) { Headers = ["traceparent: 00-zz-zz-zz", "tracestate: ,,,=", "baggage: a=\u00c3\u00a9;;="] },
        new("an encoding of the body that nobody knows", "POST /api/tenants", 400) { Headers = [Json, "Content-Encoding: zstd"], Body = "\u0001\u0002" },
        new("a limit that is no number", "GET /api/tenants?limit=abc", 400),
        new("a limit beyond any number", "GET /api/tenants?limit=99999999999", 400),
        new("a limit of nothing", "GET /api/tenants?limit=0", 400),
        new("a limit below nothing", "GET /api/tenants?limit=-1", 400),
        new("a limit of a half", "GET /api/tenants?limit=1.5", 400),
        new("a limit twice", "GET /api/tenants?limit=1&limit=2", 400),
        new("a count that is no yes", "GET /api/tenants?count=perhaps", 400),
        new("a field that nobody sorts by", "GET /api/tenants?sort=password", 400),
        new("a sort of a minus", "GET /api/tenants?sort=-", 400),
        new("a cursor that is none", "GET /api/tenants?after=x", 400),
        new("a cursor of another alphabet", "GET /api/tenants?after=%C3%A9%00", 400),
        new("a cursor without end", $"GET /api/tenants?after={new string('A', 7000)}", 400),
        new("a query of nothing but signs", "GET /api/tenants?&=&&%=%&limit", 400),
        new("a status that nobody has", "GET /api/tenants?status=flying", 400),
        new("a search without end", $"GET /api/cardvault/catalogue/search?q={new string('a', 7000)}", 400),
        new("no body", "POST /api/tenants", 400) { Headers = [Json], Body = "" },
        new("white space", "POST /api/tenants", 400) { Headers = [Json], Body = " \n" },
        new("an array instead of an object", "POST /api/tenants", 400) { Headers = [Json], Body = "[]" },
        new("a text instead of an object", "POST /api/tenants", 400) { Headers = [Json], Body = "\"x\"" },
        new("null instead of an object", "POST /api/tenants", 400) { Headers = [Json], Body = "null" },
        new("a cut body", "POST /api/tenants", 400) { Headers = [Json], Body = "{\"name\":\"x" },
        new("a body after the body", "POST /api/tenants", 400) { Headers = [Json], Body = "{\"name\":\"x\"}{}" },
        new("a byte order mark of UTF-16", "POST /api/tenants", 400) { Headers = [Json], Body = "\u00ff\u00fe{\0}\0" },
        new("nesting without end in a field", "POST /api/tenants", 400) { Headers = [Json], Body = $"{{\"externalIds\":{new string('[', 10000)}{new string(']', 10000)}}}" },
        new("nesting without end in an unknown field", "POST /api/tenants", 400) { Headers = [Json], Body = $"{{\"x\":{string.Concat(Enumerable.Repeat("{\"x\":", 5000))}1{new string('}', 5001)}" },
        new("nesting without end in a patch", "PATCH {card}", 400) { Headers = [Json], Body = $"{{\"tags\":{new string('[', 10000)}{new string(']', 10000)}}}" },
        new("a field twice", "POST /api/session", 400) { Headers = [Json], Body = """{"email":"a@b.example","email":7,"password":"x"}""" },
        new("a field twice in a patch", "PATCH {card}", 400) { Headers = [Json], Body = """{"player":"A","player":7}""" },
        new("a field that is no text", "PATCH {card}", 400) { Headers = [Json], Body = """{"a\ud800b":"A"}""" },
        new("a field of a body that is no text", "POST /api/tenants", 400) { Headers = [Json], Body = """{"a\ud800b":"A"}""" },
        new("a number instead of a text", "POST /api/tenants", 400) { Headers = [Json], Body = """{"name":7}""" },
        new("a text instead of a list", "POST /api/tenants", 400) { Headers = [Json], Body = """{"name":"x","products":"cardvault"}""" },
        new("null within a list", "POST /api/tenants", 400) { Headers = [Json], Body = """{"name":"Null Within","products":[null],"externalIds":[null]}""" },
        new("a number beyond any number", "POST /api/cardvault/cards", 400) { Headers = [Json], Body = """{"player":"A","year":99999999999999999999}""" },
        new("a number with an exponent", "POST /api/cardvault/cards", 400) { Headers = [Json], Body = """{"player":"A","year":1e999}""" },
        new("a number that is none", "POST /api/cardvault/cards", 400) { Headers = [Json], Body = """{"player":"A","year":NaN}""" },
        new("a number that is none, as a text", "POST /api/cardvault/cards", 400) { Headers = [Json], Body = """{"player":"A","year":"NaN"}""" },
        new("a quantity beyond any count", "POST /api/cardvault/cards", 400) { Headers = [Json], Body = """{"player":"A","quantity":2147483648}""" },
        new("money beyond any sum", "POST /api/cardvault/cards", 400) { Headers = [Json], Body = """{"player":"A","cost":{"amount":"99999999999999999999999999999999","currency":"USD"}}""" },
        new("money that is no number", "POST /api/cardvault/cards", 400) { Headers = [Json], Body = """{"player":"A","cost":{"amount":"NaN","currency":"USD"}}""" },
        new("a day that no month has", "POST /api/cardvault/cards", 400) { Headers = [Json], Body = """{"player":"A","acquiredOn":"2026-02-30"}""" },
        new("a day beyond time", "POST /api/cardvault/cards", 400) { Headers = [Json], Body = """{"player":"A","acquiredOn":"99999-01-01"}""" },
        new("a time beyond time in a cursor", "GET /api/platform/audit?after=AAAAAAAAAAAAAAAA", 400),
        new("an id that is none", "GET /api/cardvault/cards/no-id", 404),
        new("an id of the wrong kind", "GET /api/tenants/%7Bid%7D", 404),
        new("a time zone that is a path", "POST /api/tenants", 400) { Headers = [Json], Body = """{"name":"Zone","timeZone":"../../etc/passwd"}""" },
        new("a locale that is none", "POST /api/tenants", 400) { Headers = [Json], Body = """{"name":"Locale","locale":"\u0001-\uffff"}""" },
        new("a name of nothing but U+FFFE", "POST /api/tenants", 400) { Headers = [Json], Body = """{"name":"\ufffe"}""" },
        new("a CSV that is no text", "POST /api/cardvault/cards/import", 400) { Headers = ["Content-Type: text/csv"], Body = "player\n\u00ff\u00fe\0" },
        new("a CSV with NUL", "POST /api/cardvault/cards/import", 400) { Headers = ["Content-Type: text/csv"], Body = "player\na\0b\n" },
        new("no type for a patch", "PATCH {card}", 415) { Body = "{}" },
        new("an empty type for a patch", "PATCH {card}", 415) { Headers = ["Content-Type: "], Body = "{}" },
        new("a type that is none", "PATCH {card}", 415) { Headers = ["Content-Type: json"], Body = "{}" },
        new("a body over the limit", "POST /api/tenants", 413) { Headers = [Json], Body = $"{{\"name\":\"{new string('x', 1_100_000)}\"}}" },
        new("a patch over the limit", "PATCH {card}", 413) { Headers = [Json], Body = $"{{\"notes\":\"{new string('x', 1_100_000)}\"}}" },
        new("a body in pieces over the limit", "POST /api/tenants", 413) { Headers = [Json, "Transfer-Encoding: chunked"], Body = Chunked(1_100_000) },
        new("a patch in pieces over the limit", "PATCH {card}", 413) { Headers = [Json, "Transfer-Encoding: chunked"], Body = Chunked(1_100_000) },
        new("pieces that are none", "POST /api/tenants", 400) { Headers = [Json, "Transfer-Encoding: chunked"], Body = "zz\r\n" },
        new("two lengths", "POST /api/tenants", 400) { Headers = [Json, "Content-Length: 1"], Body = "{}" },
    }.Select(row => new TheoryDataRow<Row>(row) { TestDisplayName = row.Says });

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Is_answered(Row row)
    {
        var card = server.Operations().First(operation => operation.Name == "ChangeCard").Path;
        var line = row.Line.Replace("{card}", card, StringComparison.Ordinal);

        var answer = row.Nobody
            ? await RawHttp.SendAsync(server.Address, line, row.Headers, Bytes(row.Body), Cancelled)
            : await server.SendAsync(line, Bytes(row.Body), row.Headers);

        answer.Status.ShouldBe(row.Status, answer.Head + answer.Body);
        if (answer.Status >= 400 && answer.Body.Length > 0)
        {
            answer.Head.ShouldContain("application/problem+json", Case.Insensitive);
            answer.Body.ShouldContain("urn:rowhouse:");
            answer.Body.ShouldNotContain("Rowhouse.Contracts");
        }
    }

    [Fact]
    public async Task An_odd_text_in_any_field_of_any_body_is_refused_or_kept()
    {
        List<string> wrong = [];
        var fields = 0;
        foreach (var operation in server.Operations())
        {
            foreach (var (says, bytes, refused) in OddTexts)
            {
                foreach (var (field, body) in operation.BodiesWith(bytes))
                {
                    fields++;
                    var answer = await server.SendAsync($"{operation.Method} {operation.Path}", Bytes(body), Json);
                    if (answer.Status is < 200 or >= 500 || (refused && answer.Status < 400))
                    {
                        wrong.Add($"{operation} {field}, {says}: {answer.Status} {answer.Body}");
                    }
                }
            }
        }

        fields.ShouldBeGreaterThan(400);
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_odd_value_of_any_parameter_is_refused_or_used()
    {
        string[] odd = ["%00", "a%00b", "%EF%BF%BE", "%ED%A0%80", "%ff", "%", "%zz", "", "-1", "99999999999999999999", "NaN", "1e999", "9999-99-99", "{}", "[]", "'", "\\", "%25", "a%2500", new('a', 3000)];
        List<string> wrong = [];
        var parameters = 0;
        foreach (var operation in server.Operations())
        {
            foreach (var name in operation.Query)
            {
                parameters++;
                foreach (var value in odd)
                {
                    var answer = await server.SendAsync($"{operation.Method} {operation.Path}?{name}={value}", operation.Method == "GET" ? null : Bytes("{}"), Json);
                    if (answer.Status is < 200 or >= 500)
                    {
                        wrong.Add($"{operation}?{name}={value}: {answer.Status} {answer.Body}");
                    }
                }
            }
        }

        parameters.ShouldBeGreaterThan(20);
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_odd_part_of_any_path_is_refused_or_not_found()
    {
        string[] odd = ["%00", "%2500", "%EF%BF%BE", "%ED%A0%80", "%ff", "%", "%25", "..", "%2e%2e", "a%2fb", "{}", "'", new('a', 3000)];
        List<string> wrong = [];
        var paths = 0;
        foreach (var template in server.Document.GetProperty("paths").EnumerateObject().Where(path => path.Name.Contains('{', StringComparison.Ordinal)))
        {
            paths++;
            foreach (var operation in template.Value.EnumerateObject())
            {
                foreach (var part in odd)
                {
                    var path = string.Join('/', template.Name.Split('/').Select(segment => segment.StartsWith('{') ? part : segment));
                    var answer = await server.SendAsync($"{operation.Name.ToUpperInvariant()} {path}", Bytes("{}"), Json);
                    if (answer.Status is < 400 or >= 500 && !(Uri.UnescapeDataString(part).Contains('.', StringComparison.Ordinal) && answer.Status is >= 200 and < 500))
                    {
                        wrong.Add($"{operation.Name} {path}: {answer.Status} {answer.Body}");
                    }
                }
            }
        }

        paths.ShouldBeGreaterThan(10);
        wrong.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("an unknown character set", 415, "Content-Type: application/json; charset=x")]
    [InlineData("a character set that JSON does not have", 415, "Content-Type: application/json; charset=utf-16")]
    [InlineData("two types", 415, "Content-Type: application/json", "Content-Type: application/json")]
    [InlineData("two types in one", 415, "Content-Type: application/json, text/plain")]
    [InlineData("a type that is none", 415, "Content-Type: ;;")]
    [InlineData("a type of another kind", 415, "Content-Type: text/plain")]
    [InlineData("no type", 415)]
    public async Task A_type_that_no_JSON_has_is_refused_by_every_operation_that_takes_JSON(string says, int status, params string[] headers)
    {
        List<string> wrong = [];
        var walked = 0;
        foreach (var operation in server.Operations().Where(operation => operation.Json is not null))
        {
            walked++;
            var answer = await server.SendAsync($"{operation.Method} {operation.Path}", Bytes("{}"), headers);
            if (answer.Status != status)
            {
                wrong.Add($"{operation}: {answer.Status} {answer.Body}");
            }
        }

        walked.ShouldBeGreaterThan(8, says);
        wrong.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json; charset=\"UTF-8\"")]
    public async Task A_type_that_JSON_has_is_taken(string type) =>
        (await server.SendAsync("POST /api/session", Bytes("{}"), $"Content-Type: {type}")).Body.ShouldContain("urn:rowhouse:request:invalid");

    [Fact]
    public async Task The_same_change_of_a_password_at_once_is_done_once()
    {
        for (var round = 0; round < 3; round++)
        {
            var member = await server.Tenant.AddMemberAsync("viewer");

            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
                member.Client.PostAsJsonAsync("/api/password/change", new ChangePasswordRequest(ServerFixture.Password, "another one, long enough"), Cancelled)));

            answers.Count(answer => answer.StatusCode == HttpStatusCode.NoContent).ShouldBe(1);
            answers.ShouldAllBe(answer => (int)answer.StatusCode < 500);
            using var signedIn = await server.SignInAsync(member.Email, "another one, long enough");
        }
    }

    [Fact]
    public async Task Six_equal_names_at_once_become_six_tenants()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ =>
            server.SuperAdmin.PostAsJsonAsync("/api/tenants", new { name = "Six Equal" }, Cancelled)));

        List<string> slugs = [];
        foreach (var answer in answers)
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancelled));
            slugs.Add((await answer.Content.ReadFromJsonAsync<TenantResponse>(Cancelled))!.Slug);
        }

        slugs.ShouldBe(["six-equal", "six-equal-2", "six-equal-3", "six-equal-4", "six-equal-5", "six-equal-6"], ignoreOrder: true);
    }

    [Fact]
    public async Task An_annotation_that_fails_hides_no_other_wrong_field()
    {
        // name and externalIds by annotation; products, slug, timeZone, currency and cloudType by rules in code.
        var problem = await server.SuperAdmin.PostTextAsync("/api/tenants", $$"""{"name":"","slug":"Not A Slug","timeZone":"Mars/Olympus","currency":"XXQ","cloudType":"green","products":["no-such"],"externalIds":{{JsonSerializer.Serialize(new string[21].Select((_, i) => $"e{i}"))}}}""")
            .ProblemAsync(HttpStatusCode.BadRequest, "urn:rowhouse:request:invalid");

        problem.Fields().ShouldBe(["cloudType", "currency", "externalIds", "name", "products[0]", "slug", "timeZone"]);
    }

    private static string Chunked(int length) => $"{length:x}\r\n{new string(' ', length)}\r\n0\r\n\r\n";

    // A char is a byte here, so that a text can be no text.
    private static byte[]? Bytes(string? body) => body is null ? null : Encoding.Latin1.GetBytes(body);

    /// <summary>A request that is wrong.</summary>
    /// <param name="Says">What is wrong with it.</param>
    /// <param name="Line">Method and target.</param>
    /// <param name="Status">What the answer is.</param>
    public sealed record Row(string Says, string Line, int Status)
    {
        public string[] Headers { get; init; } = [];

        public string? Body { get; init; }

        public bool Nobody { get; init; }

        public override string ToString() => Says;
    }
}
