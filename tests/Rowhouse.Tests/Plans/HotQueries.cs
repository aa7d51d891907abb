using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Rowhouse.Contracts;
using Rowhouse.ControlPlane.Deprovisioning;
using Rowhouse.ControlPlane.Keys;
using Rowhouse.ControlPlane.Operations;
using Rowhouse.ControlPlane.Parameters;
using Rowhouse.ControlPlane.Store;
using Rowhouse.ControlPlane.Tenants;
using Rowhouse.Tenancy;
using Rowhouse.Tenancy.Keys;
using Rowhouse.Tenancy.Secrets;
using Rowhouse.Tenancy.Settings;
using Rowhouse.Testing;
using Rowhouse.Tests.CardVault;
using Rowhouse.Tests.Server;
using Shouldly;

namespace Rowhouse.Tests.Plans;

/// <summary>What a server asks a database, and the index that finds it.</summary>
/// <param name="Name">What is asked.</param>
/// <param name="Index">The index that finds it, with its schema.</param>
/// <param name="Statement">A part of the statement that asks, with one space between words. All that have it are looked at.</param>
/// <param name="RunAsync">Makes the server ask.</param>
internal sealed record HotQuery(string Name, string Index, string Statement, Func<GrownServer, Task> RunAsync)
{
    /// <summary>Another index that is as good, so that it depends on the statistics which is used.</summary>
    public string? Or { get; init; }

    /// <summary>Whether the index has the rows in the order that is asked for, so that nothing is sorted.</summary>
    public bool InOrder { get; init; }

    /// <summary>Whether what is equal in the index's order is sorted all the same: what is read with rows goes by their id too.</summary>
    public bool SortsEqual { get; init; }

    /// <summary>Whether the platform's role asks, also in the tenants' store.</summary>
    public bool IsPlatforms { get; init; }

    /// <summary>A part of the condition that the index is asked with, where not any will do.</summary>
    public string? Condition { get; init; }
}

/// <summary>The queries that a busy server runs all the time. Each is sent by the server itself.</summary>
internal static class HotQueries
{
    private static int numbers;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static IReadOnlyList<HotQuery> All { get; } =
    [
        // The kernel: before each write, and what a tenant has set.
        new("the fence's look at the home", "tenancy.pk_homes", "FROM tenancy.homes", server => AddCardAsync(server)),
        new("a foreign key's look at what it refers to", "cardvault.pk_collections", "FROM ONLY \"cardvault\".\"collections\"", server => AddCardAsync(server)),
        new("a tenant's settings", "settings.pk_overrides", "FROM settings.overrides", async server =>
        {
            await using var scope = await EnterAsync(server);
            await scope.Get<ITenantCache<CurrentSettings<GrownSettings>>>().ClearAsync(Cancelled);
            await scope.Get<ITenantSettings<GrownSettings>>().GetAsync(Cancelled);
        }),

        new("the answer under a tenant's key", "idempotency.pk_keys", "FROM idempotency.keys", server => SendAgainAsync(server.Smith.Admin.Client, "/api/cardvault/cards", new { player = "Hot" })) { Or = "idempotency.ix_keys_tenant_id_kept_at" },
        new("the answer under a person's key", "platform.pk_idempotency_keys", "FROM platform.idempotency_keys", server => SendAgainAsync(server.SuperAdmin, "/api/tenants", new { name = $"Hot Key {Interlocked.Increment(ref numbers)}" })),

        new("a tenant's secret", "secrets.pk_sealed_values", "FROM secrets.sealed_values", async server =>
        {
            await using var scope = await EnterAsync(server);
            await scope.Get<ITenantSecret<GrownSecret>>().SetAsync(new("token"), Cancelled);
            await scope.Get<ITenantSecret<GrownSecret>>().GetAsync(Cancelled);
        }),
        new("a tenant's keys", "platform.pk_tenant_keys", "FROM platform.tenant_keys", async server =>
        {
            server.Services.GetRequiredService<TenantKeyCache>().Forget(new(server.Smith.Id));
            await server.Services.GetRequiredService<ITenantKeys>().GetCurrentAsync(new(server.Smith.Id), Cancelled);
        }),

        // The catalogue of tenants, as a node reads it at its start, when somebody names a tenant, and every five seconds.
        new("a page of the catalogue", "platform.ix_tenants_slug", "ORDER BY t.slug", ReadCatalogueAsync) { Or = "platform.ix_tenants_slug_id" },
        new("the tenants of a page of the catalogue", "platform.pk_tenants", "FROM platform.tenants AS t WHERE t.id = ANY", FindTenantAsync),
        new("what leads to some tenants", "platform.ix_identifiers_tenant_id", "INNER JOIN platform.identifiers", FindTenantAsync),
        new("what some tenants subscribe to", "platform.pk_subscriptions", "INNER JOIN platform.subscriptions", FindTenantAsync),
        new("the tenants that some values lead to", "platform.pk_identifiers", "SELECT DISTINCT i.tenant_id", FindTenantAsync),
        new("what was changed since the last look", "platform.ix_tenants_changed_in_id", "ORDER BY t.changed_in", PollAsync) { InOrder = true },

        // Who is calling.
        new("a session", "platform.pk_sessions", "FROM platform.sessions", server => server.Smith.Admin.Client.ReadAsync("/api/me")),
        new("the person of a session", "platform.pk_people", "INNER JOIN platform.people AS p ON s.person_id = p.id", server => server.Smith.Admin.Client.ReadAsync("/api/me")),
        new("the roles of a person", "platform.ix_members_person_id", "LEFT JOIN platform.members AS m ON s0.id = m.person_id", server => server.Smith.Admin.Client.ReadAsync("/api/me")),
        new("the tenants of a person", "platform.pk_tenants", "INNER JOIN platform.tenants AS t ON m.tenant_id = t.id", server => server.Smith.Admin.Client.ReadAsync("/api/me")) { Or = "platform.ix_tenants_id_there" },
        new("the people of an address", "platform.ix_people_email_key_only_tenant_id", "WHERE p.email_key =", SignInAsync) { Or = "platform.ix_people_email_key" },
        new("the attempts to sign in from a network", "platform.pk_sign_in_attempts", "FROM platform.sign_in_attempts", SignInAsync),
        new("whose password was right", "platform.pk_people", "UPDATE platform.people", SignInAsync),
        new("a session that ends", "platform.pk_sessions", "DELETE FROM platform.sessions", async server =>
        {
            using var client = await server.SignInAsync(server.Smith.Admin.Email, ServerFixture.Password);
            await client.DeleteAsync("/api/session", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
        }),
        new("the sessions of a person", "platform.ix_sessions_person_id", "DELETE FROM platform.sessions", server => server.Other.Client.PostAsJsonAsync("/api/password/change", new ChangePasswordRequest(ServerFixture.Password, ServerFixture.Password), Cancelled).ShouldBeAsync(HttpStatusCode.NoContent)),
        new("a one-time link", "platform.ix_members_link_hash", "WHERE m.link_hash =", ReadInvitationAsync),
        new("whether an address is somebody's", "platform.ix_people_email_key", "SELECT EXISTS ( SELECT 1 FROM platform.people", ReadInvitationAsync) { Or = "platform.ix_people_email_key_only_tenant_id" },
        new("an invitation that somebody new accepts", "platform.ix_people_email_key_only_tenant_id", "p.password_hash IS NULL", SetPasswordAsync),
        new("an invitation that somebody known accepts", "platform.pk_members", "UPDATE platform.members", AcceptInvitationAsync) { Or = "platform.ix_members_link_hash" },
        new("sessions that ran out", "platform.ix_sessions_expires_at", "DELETE FROM platform.sessions", RemoveExpiredAsync),
        new("claims of domains that ran out", "platform.ix_domains_expires_at", "DELETE FROM platform.domains", RemoveExpiredAsync),
        new("attempts to sign in that nobody remembers", "platform.ix_sign_in_attempts_tried_at", "WHERE s.tried_at <=", RemoveExpiredAsync),
        new("attempts to sign in where only failures came", "platform.ix_sign_in_attempts_failed", "WHERE s.succeeded_at IS NULL", RemoveExpiredAsync),

        // Tenants.
        new("a tenant by its slug", "platform.pk_identifiers", "FROM platform.identifiers AS i WHERE i.kind = 0 AND i.value =", server => server.SuperAdmin.ReadAsync($"/api/tenants/{server.Smith.Slug}")),
        new("a tenant by its slug, its own row", "platform.pk_tenants", "FROM platform.tenants AS t WHERE EXISTS", server => server.SuperAdmin.ReadAsync($"/api/tenants/{server.Smith.Slug}")),
        new("whether a master account is taken", "platform.ix_tenants_master_account_key", "WHERE t.master_account_key =", CreateTenantAsync),
        new("whether a slug is taken", "platform.pk_identifiers", "SELECT i.value FROM platform.identifiers", CreateTenantAsync),
        Platform("the tenants by name", "platform.ix_tenants_name_key_id", "ORDER BY t.name_key", "/api/tenants?sort=name"),
        Platform("the tenants by slug", "platform.ix_tenants_slug_id", "ORDER BY t.slug DESC", "/api/tenants?sort=-slug"),
        Platform("the tenants by age", "platform.ix_tenants_created_at_id", "ORDER BY t.created_at DESC", "/api/tenants?sort=-createdAt"),
        Platform("the tenants of a state by name", "platform.ix_tenants_status_name_key_id", "WHERE t.status =", "/api/tenants?sort=name&status=suspended"),
        Platform("the accounts that wait for their owners by name", "platform.pk_subscriptions", "WHERE t.status = 2 AND EXISTS", "/api/accounts?sort=name&status=pending") with { InOrder = false },
        Platform("the accounts that wait for nobody by name", "platform.ix_tenants_status_name_key_id", "WHERE t.status = 2 AND NOT EXISTS", "/api/accounts?sort=name&status=active"),
        Platform("the tenants of a plan by name", "platform.ix_tenants_plan_name_key_id", "WHERE t.plan =", "/api/tenants?sort=name&plan=enterprise"),
        Platform("the tenants of a store by name", "platform.ix_tenants_store_name_key_id", "WHERE t.store =", "/api/tenants?sort=name&store=dedicated"),
        Platform("the tenants of a plan by age", "platform.ix_tenants_created_at_id", "WHERE t.plan =", "/api/tenants?sort=createdAt&plan=starter"),
        Platform("the tenants with a product by name", "platform.ix_tenants_name_key_id", "ORDER BY t.name_key", "/api/tenants?sort=name&product=cardvault"),
        PlatformNext("the tenants by name, in the depth", "platform.ix_tenants_name_key_id", "(t.name_key, t.id) >", "/api/tenants?sort=name"),
        PlatformNext("the tenants by slug, in the depth", "platform.ix_tenants_slug_id", "(t.slug, t.id) >", "/api/tenants?sort=slug"),
        PlatformNext("the tenants by age, in the depth", "platform.ix_tenants_created_at_id", "(t.created_at, t.id) <", "/api/tenants?sort=-createdAt"),
        Platform("the audit of the platform", "platform.ix_audit_at_id", "ORDER BY a.at DESC", "/api/platform/audit"),
        Platform("the people of a page of the audit", "platform.pk_people", "WHERE p.id = ANY", "/api/platform/audit") with { InOrder = false },
        Platform("the acts of a kind", "platform.ix_audit_action_at_id", "WHERE a.action =", "/api/platform/audit?action=tenant.suspended"),
        PlatformNext("the audit of the platform, in the depth", "platform.ix_audit_at_id", "(a.at, a.id) <", "/api/platform/audit?sort=-at"),
        Tenant("the audit of a tenant", "platform.ix_audit_tenant_id_at_id", "WHERE a.tenant_id =", "/api/audit"),
        Tenant("the acts of a kind of a tenant", "platform.ix_audit_tenant_id_at_id", "AND a.action =", "/api/audit?action=session.closed"),
        TenantNext("the audit of a tenant, in the depth", "platform.ix_audit_tenant_id_at_id", "(a.at, a.id) <", "/api/audit?sort=-at"),

        // Members and domains of a tenant.
        Tenant("the members by address", "platform.ix_members_tenant_id_email_key", "ORDER BY m.email_key", "/api/members?sort=email"),
        Tenant("the members by their invitation", "platform.ix_members_tenant_id_invited_at_id", "ORDER BY m.invited_at DESC", "/api/members?sort=-invitedAt"),
        TenantNext("the members by address, in the depth", "platform.ix_members_tenant_id_email_key", "ORDER BY m.email_key", "/api/members?sort=email", "email_key > "),
        TenantNext("the members by their invitation, in the depth", "platform.ix_members_tenant_id_invited_at_id", "(m.invited_at, m.id) <", "/api/members?sort=-invitedAt"),
        new("a member", "platform.pk_members", "AND m.id =", ChangeMemberAsync),
        new("the tenant whose members change", "platform.pk_tenants", "UPDATE platform.tenants AS t SET members_changed_at", ChangeMemberAsync),
        Tenant("the domains of a tenant", "platform.ix_domains_tenant_id", "ORDER BY d.host", "/api/domains") with { InOrder = false },
        new("whose a domain is", "platform.pk_domains", "AND d.host = $2 LIMIT", AddDomainAsync),
        new("whether a host leads elsewhere", "platform.pk_identifiers", "AND i.tenant_id <>", AddDomainAsync),

        // Events, for the operator and for whoever delivers them.
        Home("the events that were set aside", "tenancy.ix_outbox_failed_by_age", "FROM tenancy.outbox AS o WHERE o.failed_at IS NOT NULL ORDER BY", "/api/outbox"),
        Platform("the events of the platform that were set aside", "platform.ix_outbox_failed_by_age", "FROM platform.outbox AS o WHERE o.failed_at IS NOT NULL ORDER BY", "/api/outbox") with { SortsEqual = true },
        Home("the events that wait", "tenancy.ix_outbox_waiting_by_age", "FROM tenancy.outbox AS o WHERE o.failed_at IS NULL ORDER BY", "/api/outbox?state=waiting"),
        Platform("the events of the platform that wait", "platform.ix_outbox_waiting_by_age", "FROM platform.outbox AS o WHERE o.failed_at IS NULL ORDER BY", "/api/outbox?state=waiting") with { SortsEqual = true },
        HomeNext("the events that were set aside, in the depth", "tenancy.ix_outbox_failed_by_age", "/api/outbox?sort=-publishedAt"),
        HomeNext("the events that wait, in the depth", "tenancy.ix_outbox_waiting_by_age", "/api/outbox?state=waiting&sort=publishedAt"),
        Home("the events of a tenant that were set aside", "tenancy.ix_outbox_failed_of_tenant", "FROM tenancy.outbox AS o WHERE o.failed_at IS NOT NULL AND o.tenant_id =", "/api/outbox?tenant=smith-cards"),
        Home("how many events wait", "tenancy.ix_outbox_waiting_by_age", "FROM tenancy.outbox AS o WHERE o.failed_at IS NULL ORDER BY", "/api/outbox/summary"),
        new("an event of a tenant", "tenancy.pk_outbox", "AS \"Error\" FROM tenancy.outbox AS o WHERE o.tenant_id = $1 AND o.id =", DropEventAsync) { IsPlatforms = true },
        new("an event of the platform", "platform.ix_outbox_id", "FROM platform.outbox AS o WHERE o.id =", DropEventAsync),
        new("what a tenant's turn begins with", "tenancy.ix_outbox_waiting", "FROM tenancy.outbox WHERE tenant_id = $1 AND failed_at IS NULL", DeliverAsync) { Condition = "tenant_id = " },
        new("whose events wait", "tenancy.ix_outbox_waiting", "SELECT DISTINCT tenant_id FROM tenancy.outbox", FindWaitingAsync) { IsPlatforms = true },
        new("whose events wait in the control database", "platform.ix_outbox_waiting", "SELECT DISTINCT o.tenant_id", FindWaitingAsync),

        // Licenses.
        Platform("the licenses of a tenant by their start", "platform.ix_licenses_tenant_id_start_date_id", "ORDER BY l.start_date", "/api/tenants/smith-cards/licenses"),
        Platform("the licenses of a tenant by their end", "platform.ix_licenses_tenant_id_end_date_id", "ORDER BY l.end_date DESC", "/api/tenants/smith-cards/licenses?sort=-endDate"),
        PlatformNext("the licenses of a tenant by their start, in the depth", "platform.ix_licenses_tenant_id_start_date_id", "(l.start_date, l.id) >", "/api/tenants/smith-cards/licenses?sort=startDate"),
        new("the enterprises of a page of licenses that are banned", "platform.pk_enterprises", "AND e.banned", server => server.SuperAdmin.ReadAsync("/api/tenants/smith-cards/licenses")),
        new("the license that counts", "platform.ix_licenses_of_one_thing", "AND l.start_date <=", ValidateLicenseAsync) { InOrder = true, Or = "platform.ix_licenses_tenant_id_start_date_id" },
        new("the licenses that a new one overlaps", "platform.ix_licenses_of_one_thing", "AND l.id <>", AddLicenseAsync) { Or = "platform.ix_licenses_tenant_id_end_date_id" },
        new("a license", "platform.pk_licenses", "AND l.id =", ChangeLicenseAsync) { Or = "platform.ix_licenses_tenant_id_end_date_id" },

        // Parameters: as a list and as a stream read them, and where a home is made.
        new("the parameters of a tenant", "platform.pk_tenants", "t.status NOT IN (6, 7, 8, 9) AND t.id = ANY", server => server.SuperAdmin.ReadAsync($"/api/parameters?path=/accounts/{server.Smith.Id}/")) { Or = "platform.ix_tenants_id_there" },
        new("the parameters of all tenants", "platform.ix_tenants_id_there", "t.status NOT IN (6, 7, 8, 9) AND t.id::uuid >=", server => server.SuperAdmin.ReadAsync("/api/parameters?path=/accounts/")) { InOrder = true, Or = "platform.pk_tenants" },
        new("the parameters of all tenants, in the depth", "platform.ix_tenants_id_there", "t.status NOT IN (6, 7, 8, 9) AND t.id::uuid >=", server => server.SuperAdmin.ReadAsync($"/api/parameters?path=/&after=/accounts/{server.Smith.Id}/cloud-type")) { InOrder = true, Or = "platform.pk_tenants" },
        new("the parameters that are set", "platform.pk_parameters", "FROM platform.parameters", server => server.SuperAdmin.ReadAsync("/api/parameters?path=/platform/")),
        new("the store of new homes", "platform.pk_parameters", "FROM platform.parameters", async server =>
        {
            await using var scope = server.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<DefaultStores>().FindDedicatedAsync(Cancelled);
        }),

        // Operations.
        Platform("how many tenants a store has", "platform.ix_tenants_store_id", "FROM platform.stores AS s", "/api/stores/dedicated"),
        Platform("the products of a tenant", "platform.pk_tenant_products", "FROM platform.tenant_products AS t", "/api/tenants/smith-cards/products"),
        Platform("the operations on a tenant", "platform.ix_operations_tenant_id_created_at_id", "ORDER BY o.created_at DESC", "/api/tenants/smith-cards/operations"),
        PlatformNext("the operations on a tenant, in the depth", "platform.ix_operations_tenant_id_created_at_id", "(o.created_at, o.id) <", "/api/tenants/smith-cards/operations"),
        new("the steps of a page of operations", "platform.pk_operation_attempts", "INNER JOIN platform.operation_attempts", server => server.SuperAdmin.ReadAsync("/api/tenants/smith-cards/operations")),
        new("an operation", "platform.pk_operations", "WHERE o.id =", ReadOperationAsync),
        new("an operation that waits for a worker", "platform.ix_operations_not_before", "UPDATE platform.operations SET token", server => server.Services.GetRequiredService<OperationRunner>().RunNextAsync(callsProducts: false, Cancelled)) { Or = "platform.ix_operations_tenant_id_product" },
        new("an operation on a product that waits for a worker", "platform.ix_operations_not_before", "UPDATE platform.operations SET token", server => server.Services.GetRequiredService<OperationRunner>().RunNextAsync(callsProducts: true, Cancelled)) { Or = "platform.ix_operations_tenant_id_product" },

        new("whose retention has ended", "platform.ix_tenants_retained_until_id", "WHERE t.revived_as IS NOT NULL", server => ActivatorUtilities.CreateInstance<EndOfRetention>(server.Services).BeginAsync(Cancelled)) { InOrder = true },

        // Cards.
        Tenant("the cards by change", "cardvault.ix_cards_tenant_id_updated_at_id", "ORDER BY c.updated_at DESC", "/api/cardvault/cards?sort=-updatedAt"),
        Tenant("the cards by age", "cardvault.ix_cards_tenant_id_created_at_id", "ORDER BY c.created_at", "/api/cardvault/cards?sort=createdAt"),
        Tenant("the cards by player", "cardvault.ix_cards_tenant_id_player_key_id", "ORDER BY c.player_key", "/api/cardvault/cards?sort=player"),
        Tenant("the cards by year", "cardvault.ix_cards_tenant_id_year_key_id", "ORDER BY c.year_key DESC", "/api/cardvault/cards?sort=-year"),
        Tenant("the cards by set", "cardvault.ix_cards_tenant_id_set_key_id", "ORDER BY c.set_key", "/api/cardvault/cards?sort=set"),
        Tenant("the cards by grade", "cardvault.ix_cards_tenant_id_grade_key_id", "ORDER BY c.grade_key DESC", "/api/cardvault/cards?sort=-grade"),
        Tenant("the cards by team", "cardvault.ix_cards_tenant_id_team_key_id", "ORDER BY c.team_key", "/api/cardvault/cards?sort=team"),
        TenantNext("the cards by change, in the depth", "cardvault.ix_cards_tenant_id_updated_at_id", "(c.updated_at, c.id) <", "/api/cardvault/cards?sort=-updatedAt"),
        TenantNext("the cards by age, in the depth", "cardvault.ix_cards_tenant_id_created_at_id", "(c.created_at, c.id) >", "/api/cardvault/cards?sort=createdAt"),
        TenantNext("the cards by player, in the depth", "cardvault.ix_cards_tenant_id_player_key_id", "(c.player_key, c.id) >", "/api/cardvault/cards?sort=player"),
        TenantNext("the cards by year, in the depth", "cardvault.ix_cards_tenant_id_year_key_id", "(c.year_key, c.id) <", "/api/cardvault/cards?sort=-year"),
        TenantNext("the cards by set, in the depth", "cardvault.ix_cards_tenant_id_set_key_id", "(c.set_key, c.id) >", "/api/cardvault/cards?sort=set"),
        TenantNext("the cards by grade, in the depth", "cardvault.ix_cards_tenant_id_grade_key_id", "(c.grade_key, c.id) <", "/api/cardvault/cards?sort=-grade"),
        TenantNext("the cards by team, in the depth", "cardvault.ix_cards_tenant_id_team_key_id", "(c.team_key, c.id) >", "/api/cardvault/cards?sort=team"),
        Tenant("the cards of a player by player", "cardvault.ix_cards_tenant_id_player_key_id", "AND c.player_key >=", "/api/cardvault/cards?sort=player&player=player%2077"),
        Tenant("the cards of a team by player", "cardvault.ix_cards_tenant_id_team_key_id", "AND c.team_key >=", "/api/cardvault/cards?sort=player&team=team%2077") with { InOrder = false },
        Tenant("the cards of a set by set", "cardvault.ix_cards_tenant_id_set_key_id", "AND c.set_key >=", "/api/cardvault/cards?sort=set&set=1955"),
        Tenant("the cards of a year by player", "cardvault.ix_cards_tenant_id_year_key_id", "AND c.year_key =", "/api/cardvault/cards?sort=player&year=1955") with { InOrder = false },
        Tenant("the cards of a grade by player", "cardvault.ix_cards_tenant_id_grade_key_id", "AND c.grade_key =", "/api/cardvault/cards?sort=player&grade=10") with { InOrder = false },
        Tenant("the copies of a checklist card by player", "cardvault.ix_cards_tenant_id_catalogue_card_id_id", "AND c.catalogue_card_id =", "/api/cardvault/cards?sort=player&checklistCardId=11111111-1111-5111-8111-111111111111") with { InOrder = false },
        new("the cards of a collection by player", "cardvault.ix_cards_tenant_id_collection_id_id", "AND c.collection_id =", server => server.Smith.Admin.GetAsync($"cards?sort=player&collectionId={server.Collection.Id}").ShouldBeAsync(HttpStatusCode.OK)),
        new("a card", "cardvault.pk_cards", "FROM cardvault.cards AS c WHERE c.tenant_id = $1 AND c.id =", server => server.Smith.Admin.GetAsync($"cards/{server.Card.Id}").ShouldBeAsync(HttpStatusCode.OK)),
        Tenant("the collections of a page of cards", "cardvault.pk_collections", "FROM cardvault.collections AS c", "/api/cardvault/cards?sort=player") with { InOrder = false },
        Tenant("the collections by name", "cardvault.ix_collections_name_key", "ORDER BY c.name_key", "/api/cardvault/collections"),
        Tenant("how much the collections hold", "cardvault.ix_cards_tenant_id_collection_id_id", "c0.collection_id = c.id", "/api/cardvault/collections") with { InOrder = false },
        TenantNext("the collections by name, in the depth", "cardvault.ix_collections_name_key", "ORDER BY c.name_key", "/api/cardvault/collections?sort=name", "name_key > "),
        new("the cards that keep a collection", "cardvault.ix_cards_tenant_id_collection_id_id", "count(*)::int FROM cardvault.cards", DeleteCollectionAsync),
        new("the collections that a file names", "cardvault.ix_collections_name_key", "AND c.name_key = ANY", ImportAsync),
        new("the cards of a file that are there already", "cardvault.ix_cards_tenant_id_identity", "AND c.identity = ANY", ImportAsync) { Condition = "identity = ANY" },
        new("a page of an export", "cardvault.pk_cards", "AND c.id >", server => server.Smith.Admin.GetAsync("cards/export").ShouldBeAsync(HttpStatusCode.OK)) { Condition = "id > " },

        // Checklists.
        new("checklist cards by rare words", "catalogue.ix_cards_words", "ORDER BY CASE WHEN c.words", server => server.Smith.Admin.GetAsync("catalogue/search?q=player%20777").ShouldBeAsync(HttpStatusCode.OK)),
        new("how frequent words are", "catalogue.ix_cards_words_most_wanted", "count(*)::int FROM catalogue.cards", server => server.Smith.Admin.GetAsync("catalogue/search?q=player%20777").ShouldBeAsync(HttpStatusCode.OK)),
        new("checklist cards by frequent words", "catalogue.ix_cards_words_most_wanted", "ORDER BY c.rank", server => server.Smith.Admin.GetAsync("catalogue/search?q=player").ShouldBeAsync(HttpStatusCode.OK)),
        new("checklist cards that were found", "catalogue.pk_cards", "FROM catalogue.cards AS c INNER JOIN", server => server.Smith.Admin.GetAsync("catalogue/search?q=player%20777").ShouldBeAsync(HttpStatusCode.OK)),
        new("the checklist card of a card", "catalogue.pk_cards", "FROM catalogue.cards AS c INNER JOIN", AddCardAsync),
        new("the variations of a checklist card", "catalogue.ix_variations_card_id_ordinal", "LEFT JOIN catalogue.variations", AddCardAsync),
        Tenant("the releases by year", "catalogue.ix_releases_year_name_id", "ORDER BY r.year DESC", "/api/cardvault/catalogue/releases?sort=-year"),
        Tenant("the releases of a year", "catalogue.ix_releases_year_name_id", "WHERE r.year =", "/api/cardvault/catalogue/releases?year=1955") with { InOrder = false },
        TenantNext("the releases by year, in the depth", "catalogue.ix_releases_year_name_id", "(r.year, r.name, r.id) <", "/api/cardvault/catalogue/releases?sort=-year"),
        new("a release", "catalogue.pk_releases", "FROM catalogue.releases AS r WHERE r.id =", server => server.Smith.Admin.GetAsync($"catalogue/releases/{server.CatalogueCard.ReleaseId}").ShouldBeAsync(HttpStatusCode.OK)),
        new("the sets of a release", "catalogue.ix_sets_release_id_ordinal", "LEFT JOIN catalogue.sets", server => server.Smith.Admin.GetAsync($"catalogue/releases/{server.CatalogueCard.ReleaseId}").ShouldBeAsync(HttpStatusCode.OK)),
        new("a set", "catalogue.pk_sets", "FROM catalogue.sets AS s INNER JOIN catalogue.releases AS r ON s.release_id = r.id WHERE s.id =", server => server.Smith.Admin.GetAsync($"catalogue/sets/{server.CatalogueCard.SetId}").ShouldBeAsync(HttpStatusCode.OK)),
        new("a page of a set", "catalogue.ix_cards_set_id_ordinal", "ORDER BY c.ordinal", server => server.Smith.Admin.GetAsync($"catalogue/sets/{server.CatalogueCard.SetId}").ShouldBeAsync(HttpStatusCode.OK)),
    ];

    private static async Task ReadOperationAsync(GrownServer server)
    {
        var page = await server.SuperAdmin.GetAsync("/api/tenants/smith-cards/operations?limit=1", Cancelled).ReadAsync<Page<OperationResponse>>();
        await server.SuperAdmin.ReadAsync($"/api/operations/{page.Items.Single().Id}");
    }

    private static HotQuery Platform(string name, string index, string statement, string path) => new(name, index, statement, server => server.SuperAdmin.ReadAsync(path)) { InOrder = true };

    private static HotQuery PlatformNext(string name, string index, string statement, string path, string condition = "ROW(") => new(name, index, statement, server => server.SuperAdmin.ReadNextAsync(path)) { InOrder = true, Condition = condition };

    private static HotQuery Home(string name, string index, string statement, string path) => Platform(name, index, statement, path) with { IsPlatforms = true, SortsEqual = true };

    private static HotQuery HomeNext(string name, string index, string path) => PlatformNext(name, index, "FROM tenancy.outbox AS o WHERE", path) with { IsPlatforms = true, SortsEqual = true };

    private static HotQuery Tenant(string name, string index, string statement, string path) => new(name, index, statement, server => server.Smith.Admin.Client.ReadAsync(path)) { InOrder = true };

    private static HotQuery TenantNext(string name, string index, string statement, string path, string condition = "ROW(") => new(name, index, statement, server => server.Smith.Admin.Client.ReadNextAsync(path)) { InOrder = true, Condition = condition };

    public static Task ReadAsync(this HttpClient client, string path) => client.GetAsync(path, Cancelled).ShouldBeAsync(HttpStatusCode.OK);

    /// <summary>Reads a page, and the one after it.</summary>
    public static async Task ReadNextAsync(this HttpClient client, string path)
    {
        var page = await client.GetAsync(QueryHelpers.AddQueryString(path, "limit", "3"), Cancelled).ReadAsync<ReadPage>();
        await client.ReadAsync(QueryHelpers.AddQueryString(path, "after", (page.Cards ?? page).Next.ShouldNotBeNull($"{path} has one page.")));
    }

    private static ValueTask<EnteredTenant> EnterAsync(GrownServer server) => server.Services.GetRequiredService<ITenantScopes>().EnterAsync(new TenantId(server.Smith.Id), Cancelled);

    private static async Task ReadCatalogueAsync(GrownServer server)
    {
        await foreach (var entry in Catalogue(server).ReadAsync(Cancelled))
        {
            entry.ShouldNotBeNull();
        }
    }

    private static async Task FindTenantAsync(GrownServer server) =>
        (await Catalogue(server).FindAsync([new(IdentifierKind.Name, server.Smith.Slug), new(IdentifierKind.Name, "tenant-77"), new(IdentifierKind.Host, "nobody.example")], Cancelled)).Count.ShouldBe(2);

    private static async Task PollAsync(GrownServer server)
    {
        var batches = 0;
        await foreach (var batch in Catalogue(server).WatchAsync(Cancelled))
        {
            // The first is a sign of life: nothing was read before it.
            if (++batches == 2)
            {
                break;
            }
        }
    }

    private static PlatformCatalogue Catalogue(GrownServer server) =>
        ActivatorUtilities.CreateInstance<PlatformCatalogue>(server.Services, new DirectoryOptions { Poll = TimeSpan.FromMilliseconds(20) });

    private static async Task SignInAsync(GrownServer server)
    {
        using var client = await server.SignInAsync(server.Smith.Admin.Email, ServerFixture.Password);
    }

    private static Task ReadInvitationAsync(GrownServer server) => server.Nobody.PostAsJsonAsync("/api/invitations/read", new InvitationTokenRequest(server.Invitation), Cancelled).ShouldBeAsync(HttpStatusCode.OK);

    private static async Task SetPasswordAsync(GrownServer server) =>
        await server.SetPasswordAsync(await InviteAsync(server.Smith, $"hot{Interlocked.Increment(ref numbers)}@smith.localhost")).ShouldBeAsync(HttpStatusCode.NoContent);

    // Into a tenant of each time: nobody is a member of one twice.
    private static async Task AcceptInvitationAsync(GrownServer server)
    {
        var token = ServerFixture.TokenOf(await InviteAsync(await server.CreateTenantAsync($"Hot {Interlocked.Increment(ref numbers)}"), server.Smith.Admin.Email));
        await server.Smith.Admin.Client.PostAsJsonAsync("/api/invitations/accept", new InvitationTokenRequest(token), Cancelled).ShouldBeAsync(HttpStatusCode.OK);
    }

    private static async Task<string> InviteAsync(TestTenant tenant, string email) =>
        (await tenant.Admin.Client.PostAsJsonAsync("/api/members", new AddMemberRequest { Email = email, Name = "Hot", Role = "viewer" }, Cancelled).ReadAsync<MemberResponse>(HttpStatusCode.Created)).InvitationLink.ShouldNotBeNull();

    private static Task RemoveExpiredAsync(GrownServer server) => ActivatorUtilities.CreateInstance<ExpiredRows>(server.Services).RemoveAsync(Cancelled);

    private static Task CreateTenantAsync(GrownServer server)
    {
        var number = Interlocked.Increment(ref numbers);
        return server.SuperAdmin.PostAsJsonAsync("/api/tenants", new { name = $"Made {number}", masterAccountName = $"Made {number}" }, Cancelled).ShouldBeAsync(HttpStatusCode.Created);
    }

    private static Task ChangeMemberAsync(GrownServer server) =>
        server.Smith.Admin.Client.PatchAsJsonAsync($"/api/members/{server.Other.MemberId}", new { role = "admin" }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);

    private static Task ValidateLicenseAsync(GrownServer server) =>
        server.Smith.Admin.Client.PostAsJsonAsync($"/api/tenants/{server.Smith.Slug}/licenses/validate", new { enterpriseId = "grown-1", productId = "grown-1", serviceId = "grown-1" }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);

    private static async Task AddLicenseAsync(GrownServer server) => (await AddedLicenseAsync(server)).Version.ShouldBe(1);

    private static async Task ChangeLicenseAsync(GrownServer server) =>
        await server.SuperAdmin.PatchAsJsonAsync($"/api/tenants/{server.Smith.Slug}/licenses/{(await AddedLicenseAsync(server)).Id}", new { seats = 7 }, Cancelled).ShouldBeAsync(HttpStatusCode.OK);

    private static Task<LicenseResponse> AddedLicenseAsync(GrownServer server)
    {
        var day = DateOnly.FromDayNumber(800_000 + Interlocked.Increment(ref numbers)).ToString("O", CultureInfo.InvariantCulture);
        return server.SuperAdmin.PostAsJsonAsync(
            $"/api/tenants/{server.Smith.Slug}/licenses",
            new { enterpriseId = "grown-1", productId = "grown-1", serviceId = "grown-1", startDate = day, endDate = day, contactFullName = "Hot", contactEmail = "hot@grown.example" },
            Cancelled).ReadAsync<LicenseResponse>(HttpStatusCode.Created);
    }

    private static async Task AddDomainAsync(GrownServer server)
    {
        var host = $"hot{Interlocked.Increment(ref numbers)}.example";
        await server.Smith.Admin.Client.PostAsJsonAsync("/api/domains", new { host }, Cancelled).ShouldBeAsync(HttpStatusCode.Created);
        await server.Smith.Admin.Client.DeleteAsync($"/api/domains/{host}", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    private static async Task DropEventAsync(GrownServer server)
    {
        var id = OutboxRows.NewId();
        await server.AddToHomeAsync(server.Smith.Id, new(id));
        await server.AddToControlAsync(null, new(id));
        await server.SuperAdmin.DeleteAsync($"/api/tenants/smith-cards/outbox/{id}", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
        await server.SuperAdmin.DeleteAsync($"/api/outbox/{id}", Cancelled).ShouldBeAsync(HttpStatusCode.NoContent);
    }

    private static async Task DeliverAsync(GrownServer server)
    {
        await using (var scope = await EnterAsync(server))
        {
            await scope.Get<ITenantSettings<GrownSettings>>().ChangeAsync(_ => new(Interlocked.Increment(ref numbers)), Cancelled);
        }

        await Eventually.UntilAsync(async () => (await server.SuperAdmin.GetAsync("/api/outbox?tenant=smith-cards&state=waiting", Cancelled).ReadAsync<Page<EventResponse>>()).Items.Count == 0, Cancelled);
    }

    private static Task FindWaitingAsync(GrownServer server) => OutboxSweep.RunAsync(server.Services, Cancelled);

    private static Task AddCardAsync(GrownServer server) =>
        server.Smith.Admin.AddCardAsync(new { collectionId = server.Collection.Id, checklistCardId = server.CatalogueCard.Id }).ShouldBeAsync(HttpStatusCode.Created);

    private static async Task SendAgainAsync(HttpClient client, string path, object body)
    {
        var key = $"hot-{Interlocked.Increment(ref numbers)}";
        for (var time = 0; time < 2; time++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body), Headers = { { "Idempotency-Key", key } } };
            await client.SendAsync(request, Cancelled).ShouldBeAsync(HttpStatusCode.Created);
        }
    }

    private static async Task DeleteCollectionAsync(GrownServer server)
    {
        var collection = await server.Smith.Admin.AddedCollectionAsync($"Hot {Interlocked.Increment(ref numbers)}");
        await server.Smith.Admin.DeleteAsync($"collections/{collection.Id}").ShouldBeAsync(HttpStatusCode.NoContent);
    }

    private static Task ImportAsync(GrownServer server) =>
        server.Smith.Admin.ImportAsync($"cardNumber,player,set,year,collectionName\n{Interlocked.Increment(ref numbers)},Hot,Hot Set,1999,Collection 1\n", "?onDuplicate=skip").ShouldBeAsync(HttpStatusCode.OK);

    /// <summary>What a list gives; a set has one within.</summary>
    private sealed record ReadPage(string? Next, ReadPage? Cards);
}
