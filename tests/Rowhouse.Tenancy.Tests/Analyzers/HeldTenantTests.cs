using Rowhouse.Tenancy.Analyzers;

namespace Rowhouse.Tenancy.Tests.Analyzers;

public sealed class HeldTenantTests
{
    [Theory]
    [InlineData("private static TenantScope? [|current|];")]
    [InlineData("private static NotesDb? [|shared|];")]
    [InlineData("private static readonly Tenant [|first|] = null!;")]
    [InlineData("internal static EnteredTenant? [|Entered|] { get; set; }")]
    [InlineData("public static Tenant? [|Current|] { get; private set; }")]
    [InlineData("[ThreadStatic] private static Tenant? [|current|];")]
    [InlineData("private static readonly AsyncLocal<Tenant?> [|current|] = new();")]
    [InlineData("private static readonly AsyncLocal<TenantId> [|current|] = new();")]
    [InlineData("private static readonly AsyncLocal<TenantId?> [|current|] = new();")]
    [InlineData("private readonly AsyncLocal<Tenant?> [|current|] = new();")]
    [InlineData("public AsyncLocal<Tenant?> [|Current|] { get; } = new();")]
    [InlineData("private static readonly ThreadLocal<TenantScope> [|current|] = new();")]
    [InlineData("private static readonly Lazy<NotesDb> [|shared|] = new();")]
    [InlineData("private static readonly WeakReference<NotesDb> [|shared|] = new(null!);")]
    [InlineData("private static (TenantId Id, string Name) [|current|];")]
    [InlineData("private static readonly (Tenant, int) [|first|] = default;")]
    [InlineData("private static TenantId [|current|];")]
    [InlineData("private static TenantId? [|current|];")]
    [InlineData("private static readonly Tenant[] [|all|] = [];")]
    [InlineData("public static readonly ConcurrentDictionary<TenantId, Tenant> [|all|] = new();")]
    [InlineData("private static readonly ConcurrentDictionary<string, Lazy<NotesDb>> [|all|] = new();")]
    [InlineData("private static readonly IReadOnlyList<Tenant> [|all|] = [];")]
    public Task A_member_that_holds_a_tenant_beyond_its_scope_is_reported(string member) => Code.IsReportedAsync(Rules.HeldTenant, Code.Method("", member));

    [Theory]
    [InlineData("private readonly TenantScope scope = null!; private NotesDb? db; private readonly ThreadLocal<string> name = new();")]
    [InlineData("private static readonly TenantId demo = TenantId.New(TimeProvider.System);")]
    [InlineData("private static TenantId Fresh => TenantId.New(TimeProvider.System);")]
    [InlineData("private static string NameOf(Tenant tenant) => tenant.Name;")]
    [InlineData("private static readonly Func<NotesDb, Guid, Note?> find = EF.CompileQuery((NotesDb db, Guid id) => db.Notes.FirstOrDefault(note => note.Id == id));")]
    [InlineData("private static readonly Comparer<Tenant> byName = Comparer<Tenant>.Create((one, other) => string.CompareOrdinal(one.Name, other.Name));")]
    [InlineData("private static DbContextOptions<NotesDb>? options; private static PlainDb? plain;")]
    [InlineData("private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<Tenant, string> notes = new();")]
    [InlineData("private static readonly AsyncLocal<string> culture = new();")]
    public Task What_ends_with_the_scope_or_only_speaks_of_a_tenant_is_not_reported(string member) => Code.IsQuietAsync(Code.Method("", member));

    [Theory]
    [InlineData("services.[|AddSingleton<Report>|]();")]
    [InlineData("services.[|AddSingleton<IReport, Report>|]();")]
    [InlineData("services.[|AddSingleton|](typeof(IReport), typeof(Report));")]
    [InlineData("services.[|AddSingleton|](provider => new Report(provider.GetRequiredService<NotesDb>()));")]
    [InlineData("services.[|AddKeyedSingleton<IReport, Report>|](\"report\");")]
    [InlineData("services.[|TryAddSingleton<IReport, Report>|]();")]
    [InlineData("services.[|AddHostedService<Nightly>|]();")]
    [InlineData("services.[|AddSingleton<NotesDb>|]();")]
    [InlineData("services.Add(ServiceDescriptor.[|Singleton<IReport, Report>|]());")]
    public Task A_singleton_that_is_made_of_a_tenant_is_reported(string statement) => Code.IsReportedAsync(Rules.HeldTenant, Registrations(statement));

    [Theory]
    [InlineData("services.AddScoped<IReport, Report>(); services.AddTransient<Report>();")]
    [InlineData("services.AddSingleton<Patient>(); services.AddSingleton(TimeProvider.System);")]
    [InlineData("services.AddSingleton<IReport>(provider => null!);")]
    public Task Scoped_services_and_singletons_that_enter_tenants_are_not_reported(string statement) => Code.IsQuietAsync(Registrations(statement));

    private static string Registrations(string statement) => "using Microsoft.Extensions.DependencyInjection.Extensions;\n" + Code.Method(statement, "private readonly IServiceCollection services = null!;") + """

        public interface IReport;
        public sealed class Report(NotesDb db) : IReport { public NotesDb Db => db; }
        public sealed class Patient(ITenantScopes scopes) { public ITenantScopes Scopes => scopes; }
        public sealed class Nightly(TenantScope scope) : Microsoft.Extensions.Hosting.BackgroundService { protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.FromResult(scope); }
        """;
}
