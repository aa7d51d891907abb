using System.Globalization;
using Rowhouse.Contracts.CardVault;

namespace Rowhouse.CardVault.Cards;

/// <summary>The four grades that BGS gives to a card's parts, in halves: 9.5 is 19.</summary>
internal readonly record struct SubgradeHalves(short Centering, short Corners, short Edges, short Surface)
{
    public short Lowest => Math.Min(Math.Min(Centering, Corners), Math.Min(Edges, Surface));

    public bool AreAllTens => Lowest == 20;

    /// <summary>A subgrade from 1 to 10 in halves; <see langword="null"/> when the text is none.</summary>
    public static short? Parse(string? text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value is >= 1 and <= 10 && decimal.IsInteger(value * 2)
            ? (short)(value * 2)
            : null;

    public static string Text(short halves) => (halves / 2m).ToString("0.#", CultureInfo.InvariantCulture);

    public Subgrades ToContract() => new(Text(Centering), Text(Corners), Text(Edges), Text(Surface));
}
