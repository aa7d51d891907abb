using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Store;
using Rowhouse.Modules.Problems;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.CardVault.Collections;

/// <summary>The rules of a collection's name: it says something, and no other of the tenant is like it but for case and accents.</summary>
internal static class CollectionName
{
    public static ProblemHttpResult? Refuse(string name) =>
        string.IsNullOrWhiteSpace(name) || name.Trim().Length > Collection.MaxName || name.Any(char.IsControl)
            ? RequestProblems.Invalid.With("The collection needs another name.", new Dictionary<string, string[]> { ["name"] = [$"1 to {Collection.MaxName} characters, no control characters."] })
            : null;

    public static bool IsTaken(DbUpdateException exception) => exception.ViolatedConstraint() == CollectionConfiguration.NameIndex;

    public static ProblemHttpResult Taken(string name) => CardVaultProblems.DuplicateCollection.With($"There is a collection called {name} already.");
}
