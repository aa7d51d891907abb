using System.Collections.Frozen;
using System.Globalization;
using Rowhouse.Contracts;

namespace Rowhouse.CardVault.Cards;

/// <summary>An amount in the smallest unit of its currency, as it is stored: 40.00 GBP is 4000.</summary>
internal readonly record struct MinorUnits(long Amount, string Currency)
{
    // ISO 4217: every other currency has two decimals.
    private static readonly FrozenDictionary<string, int> decimals =
        "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".Split(' ').Select(code => (code, count: 0))
            .Concat("BHD IQD JOD KWD LYD OMR TND".Split(' ').Select(code => (code, count: 3)))
            .Concat("CLF UYW".Split(' ').Select(code => (code, count: 4)))
            .ToFrozenDictionary(currency => currency.code, currency => currency.count);

    /// <summary>Reads an amount such as <c>40.00</c>.</summary>
    /// <param name="amount">The amount.</param>
    /// <param name="currency">Its currency, a code of three letters.</param>
    /// <param name="refused">What is wrong with it.</param>
    public static MinorUnits? Parse(string? amount, string? currency, out string? refused)
    {
        refused = null;
        if (currency is not { Length: 3 } || !currency.All(char.IsAsciiLetterUpper))
        {
            refused = "A currency is a code of three capital letters such as USD.";
            return null;
        }

        var places = decimals.GetValueOrDefault(currency, 2);
        if (!decimal.TryParse(amount, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) || value is < 0 or > 999_999_999_999m)
        {
            refused = "An amount is a number such as 40.00, from 0 to 999999999999.";
            return null;
        }

        // Zeros too: somebody's 1.250 dollars may be 1250.
        if (value.Scale > places)
        {
            refused = places == 0 ? $"{currency} has no decimals." : $"{currency} has {places} decimals.";
            return null;
        }

        return new((long)(value * Scale(places)), currency);
    }

    public Money ToContract()
    {
        var places = decimals.GetValueOrDefault(Currency, 2);
        return new((Amount / Scale(places)).ToString($"F{places}", CultureInfo.InvariantCulture), Currency);
    }

    private static decimal Scale(int places) => places switch { 0 => 1m, 3 => 1_000m, 4 => 10_000m, _ => 100m };
}
