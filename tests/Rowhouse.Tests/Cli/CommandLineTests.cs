using System.Text.Json;
using Rowhouse.Cli.Terminal;
using Rowhouse.Contracts;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.Cli;

public sealed class CommandLineTests(CommandLineFixture cli) : IClassFixture<CommandLineFixture>
{
    [Fact]
    public async Task Signing_in_keeps_the_session_in_a_file_that_only_its_owner_can_read()
    {
        var result = await cli.RunAsync(["login", "--email", ServerFixture.AdminEmail], ServerFixture.Password);

        result.Status.ShouldBe(ExitCodes.Done, result.Error);
        result.Out.ShouldContain("(super-admin)");
        File.GetUnixFileMode(cli.CredentialsFile).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (await cli.RunAsync(["tenants", "list"])).Status.ShouldBe(ExitCodes.Done);
    }

    [Fact]
    public async Task No_command_prints_the_token()
    {
        var result = await cli.RunAsync(["login", "--email", ServerFixture.AdminEmail, "--json"], ServerFixture.Password);

        var token = JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(cli.CredentialsFile, TestContext.Current.CancellationToken)).ShouldNotBeNull().Values.ShouldHaveSingleItem();
        result.Out.ShouldNotContain(token);
        result.Error.ShouldNotContain(token);
    }

    [Fact]
    public async Task A_wrong_password_is_refused_in_words()
    {
        var result = await cli.RunAsync(["login", "--email", ServerFixture.AdminEmail], "not the password");

        result.Status.ShouldBe(ExitCodes.Refused);
        result.Out.ShouldBeEmpty();
        result.Error.ShouldContain("try again", Case.Insensitive);
    }

    [Fact]
    public async Task Without_a_session_a_command_says_how_to_get_one()
    {
        var result = await cli.RunAsync(["tenants", "list"], token: new string('0', 64));

        result.Status.ShouldBe(ExitCodes.Refused);
        result.Error.ShouldContain("rowhouse login");
    }

    [Fact]
    public async Task A_tenant_is_made_listed_suspended_and_resumed()
    {
        await cli.SignInAsync();

        var made = await cli.RunAsync(["tenants", "create", "Ångström Cards", "--product", "cardvault", "--plan", "professional", "--currency", "SEK", "--admin-email", "a@angstrom.example", "--json"]);
        made.Status.ShouldBe(ExitCodes.Done, made.Error);
        var tenant = made.Json<TenantResponse>();
        tenant.Slug.ShouldBe("angstrom-cards");
        tenant.Currency.ShouldBe("SEK");
        tenant.Plan.ShouldBe("professional");
        tenant.Admin.ShouldNotBeNull().InvitationLink.ShouldNotBeNull();

        (await cli.RunAsync(["tenants", "suspend", tenant.Slug])).Out.ShouldContain("suspended");
        (await cli.RunAsync(["tenants", "list", "--status", "suspended", "--json"])).Json<List<TenantResponse>>().ShouldContain(one => one.Id == tenant.Id);
        (await cli.RunAsync(["tenants", "list", "--store", "shared", "--json"])).Json<List<TenantResponse>>().ShouldContain(one => one.Id == tenant.Id);
        (await cli.RunAsync(["tenants", "list", "--store", "dedicated", "--json"])).Json<List<TenantResponse>>().ShouldNotContain(one => one.Id == tenant.Id);
        (await cli.RunAsync(["tenants", "resume", tenant.Id.ToString()])).Out.ShouldContain("active");
        (await cli.RunAsync(["tenants", "show", tenant.Slug, "--json"])).Json<TenantResponse>().Status.ShouldBe("active");
        (await cli.RunAsync(["tenants", "list"])).Out.ShouldSatisfyAllConditions(list => list.ShouldContain("Ångström Cards"), list => list.ShouldContain("professional"));
        (await cli.RunAsync(["tenants", "create", "Gold Cards", "--plan", "gold"])).Error.ShouldContain("starter, professional, enterprise");
    }

    [Fact]
    public async Task A_tenant_is_deleted_when_it_is_not_protected_and_confirmed_and_comes_back()
    {
        await cli.SignInAsync();
        (await cli.RunAsync(["tenants", "create", "Brief Cards"])).Status.ShouldBe(ExitCodes.Done);

        (await cli.RunAsync(["tenants", "delete", "brief-cards"])).Status.ShouldBe(ExitCodes.Usage);
        (await cli.RunAsync(["tenants", "protect", "brief-cards"])).Status.ShouldBe(ExitCodes.Done);
        var kept = await cli.RunAsync(["tenants", "delete", "brief-cards", "--confirm", "brief-cards"]);
        (kept.Status, kept.Error.Contains("protected", StringComparison.Ordinal)).ShouldBe((ExitCodes.Refused, true), kept.Error);
        (await cli.RunAsync(["tenants", "protect", "brief-cards", "--off"])).Status.ShouldBe(ExitCodes.Done);
        (await cli.RunAsync(["tenants", "delete", "brief-cards", "--confirm", "other-cards"])).Error.ShouldContain("not the slug");
        (await cli.RunAsync(["tenants", "delete", "brief-cards", "--confirm", "brief-cards"])).Out.ShouldSatisfyAllConditions(said => said.ShouldContain("deleted"), said => said.ShouldContain("revived until"));
        (await cli.RunAsync(["tenants", "revive", "brief-cards"])).Out.ShouldContain("active");
    }

    [Fact]
    public async Task A_license_is_given_listed_and_asked_for()
    {
        await cli.SignInAsync();
        (await cli.RunAsync(["tenants", "create", "Licensed Cards"])).Status.ShouldBe(ExitCodes.Done);
        foreach (var list in new[] { "enterprises", "licensed-products", "licensed-services" })
        {
            (await cli.RunAsync([list, "add", "cli-1", "From The Line"])).Status.ShouldBe(ExitCodes.Done);
            (await cli.RunAsync([list, "list"])).Out.ShouldContain("From The Line");
        }

        string[] what = ["--tenant", "licensed-cards", "--enterprise", "cli-1", "--product", "cli-1", "--service", "cli-1"];
        var missing = await cli.RunAsync(["licenses", "validate", .. what]);
        (missing.Status, missing.Out.Contains("not-found")).ShouldBe((ExitCodes.Refused, true));

        string[] add = ["licences", "add", .. what, "--from", "2020-01-01", "--to", "9999-12-31", "--contact-name", "Lee", "--contact-email", "lee@cli.example", "--seats", "5", "--overage", "1.25", "--scope", "emea", "--scope", "apac", "--json"];
        var license = (await cli.RunAsync(add)).Json<LicenseResponse>();
        (license.Seats, license.Overage, license.State).ShouldBe((5, "1.25", "active"));
        license.Scope.ShouldBe(["emea", "apac"]);
        (await cli.RunAsync(add)).Error.ShouldContain(license.Id.ToString());
        (await cli.RunAsync(["licenses", "list", "--tenant", "licensed-cards", "--json"])).Json<List<LicenseResponse>>().ShouldHaveSingleItem().Id.ShouldBe(license.Id);
        (await cli.RunAsync(["licences", "list", "--tenant", "licensed-cards"])).Out.ShouldContain("9999-12-31");
        (await cli.RunAsync(["licenses", "validate", .. what, "--users", "6", "--scope", "emea", "--json"])).Json<LicenseValidationResponse>().Valid.ShouldBeTrue();
        (await cli.RunAsync(["licenses", "validate", .. what, "--users", "7"])).Out.ShouldContain("too-many-users");
    }

    [Fact]
    public async Task Events_that_were_set_aside_are_listed_retried_and_dropped_where_they_lie()
    {
        await cli.SignInAsync();
        var tenant = (await cli.RunAsync(["tenants", "create", "Event Cards", "--json"])).Json<TenantResponse>();
        var (home, control, other) = (OutboxRows.NewId(), OutboxRows.NewId(), OutboxRows.NewId());
        await cli.AddToHomeAsync(tenant.Id, new(home));
        await cli.AddToHomeAsync(tenant.Id, new(other) { Kind = "tests.other" });
        await cli.AddToControlAsync(tenant.Id, new(control));

        var listed = await cli.RunAsync(["outbox", "list", "--tenant", "event-cards", "--limit", "2"]);
        listed.Out.ShouldSatisfyAllConditions(list => list.ShouldContain(control.ToString()), list => list.ShouldContain("event-cards"), list => list.ShouldContain("System.InvalidOperationException"), list => list.ShouldNotContain("secret"));
        listed.Error.ShouldContain("There are more.");
        (await cli.RunAsync(["outbox", "list", "--tenant", "event-cards", "--kind", "tests.other", "--json"])).Json<List<EventResponse>>().ShouldHaveSingleItem().Id.ShouldBe(other);

        (await cli.RunAsync(["outbox", "drop", home.ToString()])).Error.ShouldContain("No event of this id lies here");
        (await cli.RunAsync(["outbox", "drop", home.ToString(), "--tenant", "event-cards"])).Status.ShouldBe(ExitCodes.Done);
        (await cli.RunAsync(["outbox", "drop", control.ToString()])).Status.ShouldBe(ExitCodes.Done);
        (await cli.RunAsync(["outbox", "retry", other.ToString(), "-t", "event-cards"])).Error.ShouldContain("is tried again");
        (await cli.RunAsync(["outbox", "retry", other.ToString(), "-t", "event-cards"])).Status.ShouldBe(ExitCodes.Refused);

        (await cli.RunAsync(["outbox", "list", "-t", "event-cards", "--json"])).Json<List<EventResponse>>().ShouldBeEmpty();
        (await cli.RunAsync(["outbox", "list", "-t", "event-cards", "--state", "waiting", "--json"])).Json<List<EventResponse>>().ShouldHaveSingleItem().Id.ShouldBe(other);
    }

    [Fact]
    public async Task A_refusal_names_every_field_and_the_trace()
    {
        await cli.SignInAsync();

        var result = await cli.RunAsync(["tenants", "create", "Odd", "--slug", "Not A Slug", "--currency", "money", "--time-zone", "Mars/Olympus"]);

        result.Status.ShouldBe(ExitCodes.Refused);
        result.Error.ShouldContain("slug:");
        result.Error.ShouldContain("currency:");
        result.Error.ShouldContain("timeZone:");
        result.Error.ShouldContain("trace ");
    }

    [Fact]
    public async Task Signing_out_ends_the_session_on_the_server_too()
    {
        await cli.SignInAsync();
        var token = JsonSerializer.Deserialize<Dictionary<string, string>>(await File.ReadAllTextAsync(cli.CredentialsFile, TestContext.Current.CancellationToken)).ShouldNotBeNull().Values.Single();

        (await cli.RunAsync(["logout"])).Status.ShouldBe(ExitCodes.Done);

        (await cli.RunAsync(["tenants", "list"], token: token)).Status.ShouldBe(ExitCodes.Refused);
        (await cli.RunAsync(["logout"])).Status.ShouldBe(ExitCodes.Done);
    }

    [Theory]
    [InlineData("tenants", "lst")]
    [InlineData("tenants", "create")]
    [InlineData("tenants", "list", "--url", "ftp://somewhere")]
    [InlineData("cardvault", "import", "no-such-file.csv", "--tenant", "smith")]
    [InlineData("cardvault", "export")]
    [InlineData("licenses", "list")]
    [InlineData("outbox", "retry")]
    [InlineData("outbox", "drop", "first")]
    [InlineData("licenses", "add", "--tenant", "smith", "--from", "yesterday")]
    public async Task Wrong_usage_has_an_exit_code_of_its_own(params string[] args) => (await cli.RunAsync(args)).Status.ShouldBe(ExitCodes.Usage);

    [Fact]
    public async Task A_server_that_is_not_there_is_told_apart_from_one_that_refuses()
    {
        // Port 9 (discard) is below those that anybody is given by chance.
        var result = await cli.RunAsync(["tenants", "list"], url: "http://127.0.0.1:9");

        result.Status.ShouldBe(ExitCodes.Unreachable);
        result.Error.ShouldContain("./rowhouse up");
    }

    [Theory]
    [InlineData("http://+:8080")]
    [InlineData("http://")]
    [InlineData("localhost:5080")]
    [InlineData("not an address")]
    [InlineData("http://localhost:99999")]
    [InlineData("ftp://localhost")]
    public async Task A_configured_address_that_is_none_is_named_by_every_kind_of_command(string url)
    {
        foreach (var args in new[] { ["tenants", "list"], ["login"], ["logout"], ["serve"], ["doctor"], new[] { "migrate", "--status" } })
        {
            var result = await cli.RunAsync(args, url: url);

            result.Status.ShouldBeOneOf(ExitCodes.Refused, ExitCodes.Usage);
            (result.Out + result.Error).ShouldContain($"ROWHOUSE_URL '{url}'", Case.Sensitive, string.Join(' ', args));
        }
    }

    [Fact]
    public async Task An_unreadable_credentials_file_is_named()
    {
        await cli.SignInAsync();
        await File.WriteAllTextAsync(cli.CredentialsFile, "{ not json", TestContext.Current.CancellationToken);

        var result = await cli.RunAsync(["tenants", "list"]);
        File.Delete(cli.CredentialsFile);

        result.Status.ShouldBe(ExitCodes.Refused);
        result.Error.ShouldContain(cli.CredentialsFile);
    }
}
