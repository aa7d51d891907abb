using Rowhouse.Modules.Access;

namespace Rowhouse.CardVault;

/// <summary>What CardVault asks of roles.</summary>
internal static class CardVaultPermissions
{
    /// <summary>Reads cards, collections and checklists.</summary>
    public static readonly Permission Read = new("cardvault.cards.read", Role.Viewer);

    /// <summary>Adds cards and collections, and changes their own.</summary>
    public static readonly Permission Edit = new("cardvault.cards.edit", Role.Member);

    /// <summary>Changes everybody's.</summary>
    public static readonly Permission EditAll = new("cardvault.cards.edit-all", Role.Editor);
}
