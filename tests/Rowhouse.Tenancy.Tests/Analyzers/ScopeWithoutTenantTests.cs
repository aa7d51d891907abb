using Microsoft.CodeAnalysis;
using Rowhouse.Tenancy.Analyzers;
using Shouldly;

namespace Rowhouse.Tenancy.Tests.Analyzers;

public sealed class ScopeWithoutTenantTests
{
    [Theory]
    [InlineData("using var scope = factory.[|CreateScope|]();")]
    [InlineData("await using var scope = factory.[|CreateAsyncScope|]();")]
    [InlineData("using var scope = services.[|CreateScope|]();")]
    [InlineData("await using var scope = services.[|CreateAsyncScope|]();")]
    [InlineData("using var scope = ServiceProviderServiceExtensions.[|CreateScope|](services);")]
    [InlineData("Func<IServiceScope> open = factory.[|CreateScope|]; open().Dispose();")]
    public Task A_scope_of_ones_own_is_mentioned(string statement) => Code.IsReportedAsync(Rules.ScopeWithoutTenant, Code.Method(statement, Members));

    [Fact]
    public void It_breaks_no_build() => Rules.ScopeWithoutTenant.DefaultSeverity.ShouldBe(DiagnosticSeverity.Info);

    [Fact]
    public Task A_tenant_that_is_entered_is_not_mentioned() =>
        Code.IsQuietAsync(Code.Method("await using var scope = await scopes.EnterAsync(TenantId.New(TimeProvider.System), cancelled); _ = scope.Get<NotesDb>();", Members));

    [Fact]
    public Task Who_enters_tenants_opens_scopes() => Code.IsQuietAsync("""
        public sealed class OwnScopes(IServiceScopeFactory factory, ITenantScopes inner) : ITenantScopes
        {
            public ValueTask<EnteredTenant> EnterAsync(TenantId id, CancellationToken cancellationToken = default)
            {
                using var scope = factory.CreateScope();
                return inner.EnterAsync(id, cancellationToken);
            }

            public ValueTask<EnteredTenant> EnterAsync(Identifier identifier, CancellationToken cancellationToken = default) => inner.EnterAsync(identifier, cancellationToken);
        }
        """);

    [Fact]
    public Task A_method_of_the_same_name_is_not_mentioned() => Code.IsQuietAsync("""
        public sealed class Own { public Own CreateScope() => this; public static Own Run() => new Own().CreateScope(); }
        """);

    private const string Members = "private readonly IServiceScopeFactory factory = null!; private readonly IServiceProvider services = null!; private readonly ITenantScopes scopes = null!;";
}
