using System.Security.Cryptography;
using System.Text;
using Rowhouse.CardVault.Catalogue;

namespace Rowhouse.CardVault.Cards;

/// <summary>
/// What makes two cards duplicates. Graded: the same grader and certificate. Raw: the same checklist card (or year,
/// manufacturer, set, number and player of a free-form one), variation, condition and serial number, in the same collection.
/// One hash, so that one index finds the duplicates of a whole file; the collection stands beside it, since cards move.
/// </summary>
internal static class CardIdentity
{
    public static Guid? Of(CardDraft card)
    {
        if (card.Grader is not null)
        {
            return card.Certificate is null ? null : Hash("graded", card.Grader, card.Certificate);
        }

        return card.ChecklistCardId is { } checklist
            ? Hash("raw", checklist, card.VariationId, card.Condition, card.SerialNumber)
            : Hash("free", card.Year, Fold(card.Manufacturer), Fold(card.Set), SearchWords.Number(card.CardNumber), Fold(card.Player), card.Condition, card.SerialNumber);
    }

    private static string Fold(string? text) => SearchWords.Fold(text ?? "");

    private static Guid Hash(params ReadOnlySpan<object?> parts)
    {
        Span<byte> hash = stackalloc byte[32];
        _ = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\u001f', parts!)), hash);
        return new(hash[..16]);
    }
}
