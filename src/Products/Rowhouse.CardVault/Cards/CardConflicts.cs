using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Rowhouse.CardVault.Store;
using Rowhouse.Tenancy.Postgres;

namespace Rowhouse.CardVault.Cards;

/// <summary>What the database refuses because somebody else was quicker, said as a problem.</summary>
internal static class CardConflicts
{
    /// <summary>The problem behind a refused write; <see langword="null"/> when it is nobody's doing but ours.</summary>
    public static ProblemHttpResult? Explain(DbUpdateException refused) => refused.ViolatedConstraint() switch
    {
        CardConfiguration.CertificateIndex =>
            CardVaultProblems.DuplicateCertificate.With("Another card of this tenant has this certificate of the same grader. A certificate belongs to one card: look for it by its number."),
        CardConfiguration.CollectionKey =>
            CardVaultProblems.CollectionChanged.With("The collection was deleted meanwhile, or cards were put into it. Look at it again."),
        _ => null,
    };
}
