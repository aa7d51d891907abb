using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.Modules;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Keys;
using Rowhouse.Tenancy.Secrets;
using Rowhouse.Testing;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.ControlPlane.Keys;

/// <summary>A secret that a tenant sets over HTTP is in no table of either database, in no line of the log, in no problem and in no file of the server.</summary>
public sealed class CanaryTests(CanaryTests.Fixture server) : IClassFixture<CanaryTests.Fixture>
{
    private const string Canary = "canary-5d0c1e7b-token";
    private const string Secret = "/api/canary/login";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_secret_is_nowhere_to_be_found_in_plain()
    {
        var smith = await server.CreateTenantAsync("Canary Smith", "canary");
        var client = smith.Admin.Client;
        var told = new StringBuilder();

        await TellAsync(client.PutAsJsonAsync(Secret, new CanaryLogin(Canary), Token), HttpStatusCode.NoContent);
        await TellAsync(client.GetAsync(Secret, Token), HttpStatusCode.OK);
        await TellAsync(client.PutAsJsonAsync(Secret, new CanaryLogin(Canary, Port: -1), Token), HttpStatusCode.InternalServerError);
        await TellAsync(client.GetAsync($"{Secret}/fails", Token), HttpStatusCode.InternalServerError);
        await ((TenantKeys)server.Services.GetRequiredService<ITenantKeys>()).RotateAsync(new(smith.Id), Token);
        await TellAsync(client.PostAsync($"{Secret}/reseal", content: null, Token), HttpStatusCode.OK);
        await TellAsync(client.PutAsJsonAsync(Secret, new CanaryLogin(Canary), Token), HttpStatusCode.NoContent);
        await using (var scope = await server.Services.GetRequiredService<ITenantScopes>().EnterAsync(new TenantId(smith.Id), Token))
        {
            (await scope.Get<ITenantSecret<CanaryLogin>>().GetAsync(Token)).ShouldBe(new(Canary));
        }

        // Tampered with, so that opening it fails where the key and the envelope are at hand.
        await RunAsync(server.Database.Application, "SET session_replication_role = replica; UPDATE secrets.sealed_values SET envelope = set_bit(envelope, 200, 1 - get_bit(envelope, 200))");
        await TellAsync(client.GetAsync($"{Secret}/fails", Token), HttpStatusCode.InternalServerError);

        told.ToString().ShouldContain("\"isSet\":true");
        told.ToString().ShouldContain("urn:rowhouse:");
        Finds(told.ToString()).ShouldBeFalse();
        server.Logged.ShouldNotBeEmpty();
        server.Logged.Where(Finds).ShouldBeEmpty();
        (await WhereAsync()).ShouldBeEmpty();

        async Task TellAsync(Task<HttpResponseMessage> sending, HttpStatusCode expected)
        {
            using var answer = await sending;
            var body = await answer.Content.ReadAsStringAsync(Token);
            answer.StatusCode.ShouldBe(expected, body);
            told.Append(answer.Headers).AppendLine(body);
        }
    }

    [Fact]
    public async Task What_is_kept_in_plain_is_found()
    {
        var planted = await new PostgresFixture().CreateDatabaseAsync(withControl: true);
        await RunAsync(planted.Application, $"CREATE TABLE public.plain (a bytea, b jsonb); INSERT INTO public.plain VALUES ('{Canary}', NULL); CREATE TABLE public.hex AS SELECT encode('{Canary}', 'hex') AS text");
        await RunAsync(planted.Control!, $"CREATE TABLE public.nested AS SELECT jsonb_build_object('token', '{Canary}') AS json; CREATE TABLE public.base64 AS SELECT encode('{Canary}', 'base64') AS text"); // made with one

        (await TablesWithAsync(planted.Application)).ShouldBe(["public.hex", "public.plain"]);
        (await TablesWithAsync(planted.Control!)).ShouldBe(["public.base64", "public.nested"]);

        server.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Planted").LogInformation("Signed in with canary-planted");
        server.Logged.ShouldContain(line => line.Contains("canary-planted", StringComparison.Ordinal));
        Finds($"...{Canary}...").ShouldBeTrue();
    }

    private async Task<List<string>> WhereAsync()
    {
        var found = await TablesWithAsync(server.Database.Application);
        found.AddRange(await TablesWithAsync(server.Database.Control!)); // a server has a control database
        var files = Directory.GetFiles(server.Settings.DataFolder, "*", SearchOption.AllDirectories);
        files.ShouldNotBeEmpty();
        found.AddRange(files.Where(file => Finds(File.ReadAllBytes(file))));
        return found;
    }

    private static async Task<List<string>> TablesWithAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(await new PostgresFixture().SuperuserAsync(database));
        List<string> tables = [];
        await using (var list = source.CreateCommand("SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1"))
        await using (var reader = await list.ExecuteReaderAsync(Token))
        {
            while (await reader.ReadAsync(Token))
            {
                tables.Add(reader.GetString(0));
            }
        }

        tables.ShouldNotBeEmpty();
        List<string> found = [];
        await using var connection = await source.OpenConnectionAsync(Token);
        foreach (var table in tables)
        {
            using var bytes = new MemoryStream();
            await using (var copy = await connection.BeginRawBinaryCopyAsync($"COPY {table} TO STDOUT (FORMAT binary)", Token))
            {
                await copy.CopyToAsync(bytes, Token);
            }

            if (Finds(bytes.ToArray()))
            {
                found.Add(table);
            }
        }

        return found;
    }

    private static bool Finds(string text) => Finds(Encoding.UTF8.GetBytes(text));

    private static bool Finds(byte[] bytes)
    {
        var plain = Encoding.UTF8.GetBytes(Canary);
        byte[][] forms = [plain, Encoding.Unicode.GetBytes(Canary), Encoding.ASCII.GetBytes(Convert.ToHexStringLower(plain)), Encoding.ASCII.GetBytes(Convert.ToBase64String(plain).TrimEnd('='))];
        return Array.Exists(forms, form => bytes.AsSpan().IndexOf(form) >= 0);
    }

    private static async Task RunAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(await new PostgresFixture().SuperuserAsync(database));
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(Token);
    }

    /// <summary>A server with a product that keeps a secret, and whose log is kept whole.</summary>
    public sealed class Fixture : ServerFixture
    {
        private static readonly Permission Edit = new("canary.edit", Role.Admin);

        internal ConcurrentQueue<string> Logged { get; } = [];

        protected override string Template => "rowhouse_canary";

        protected override void Configure(WebApplicationBuilder builder)
        {
            builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(new Recorder(Logged));
            builder.AddTenantSecret<CanaryLogin>("canary-login");
            builder.Services.AddSingleton(new Module(
                new("canary", "Canary", [Edit]),
                static api =>
                {
                    api.MapPut("/login", static async (CanaryLogin login, ITenantSecret<CanaryLogin> secret, CancellationToken cancellationToken) =>
                    {
                        await secret.SetAsync(login, cancellationToken);
                        return TypedResults.NoContent();
                    }).DisableValidation().RequirePermission(Edit);
                    api.MapGet("/login", static async (ITenantSecret<CanaryLogin> secret, CancellationToken cancellationToken) => TypedResults.Ok(await secret.DescribeAsync(cancellationToken))).RequirePermission(Edit);
                    api.MapGet("/login/fails", static async Task<string> (ITenantSecret<CanaryLogin> secret, CancellationToken cancellationToken) =>
                        throw new InvalidOperationException($"Signing in with {await secret.GetAsync(cancellationToken)} failed.")).RequirePermission(Edit);
                    api.MapPost("/login/reseal", static async (ITenantSecrets secrets, CancellationToken cancellationToken) => TypedResults.Ok((await secrets.ResealAsync(cancellationToken)).Resealed)).RequirePermission(Edit);
                },
                static _ => { }));
        }
    }

    private sealed class Recorder(ConcurrentQueue<string> logged) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Recording(logged);

        public void Dispose()
        {
        }

        private sealed class Recording(ConcurrentQueue<string> logged) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull
            {
                logged.Enqueue($"{state}");
                return null;
            }

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                logged.Enqueue($"{formatter(state, exception)} {exception}");
        }
    }
}

/// <summary>A secret of a product that only these tests have.</summary>
public sealed record CanaryLogin([property: Required] string Token, [property: Range(0, 65535)] int Port = 443)
{
    public override string ToString() => nameof(CanaryLogin);
}
