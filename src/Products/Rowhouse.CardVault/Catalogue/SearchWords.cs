using System.Globalization;
using System.Text;

namespace Rowhouse.CardVault.Catalogue;

/// <summary>How text becomes words to search by: lower case, without accents, split where neither a letter nor a digit stands.</summary>
internal static class SearchWords
{
    /// <summary>Lower case without accents; for comparing and sorting what people typed.</summary>
    public static string Fold(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text.ToLowerInvariant();
        }

        var folded = new StringBuilder(text.Length);

        // U+FFFE is no character, and Normalize throws on it.
        foreach (var rune in text.Replace('\uFFFE', ' ').Normalize(NormalizationForm.FormD).EnumerateRunes())
        {
            if (Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.NonSpacingMark or UnicodeCategory.Format))
            {
                folded.Append(Rune.ToLowerInvariant(rune).ToString());
            }
        }

        // Composed again: a Korean syllable in its three parts takes nine bytes, and a long name's key would fit no index.
        return folded.Replace("ø", "o").Replace("ł", "l").Replace("ß", "ss").Replace("æ", "ae").ToString().Normalize(NormalizationForm.FormC);
    }

    /// <summary>The words of a text, in its order. Apostrophes and full stops join (<c>O'Neill</c>, <c>J.D.</c>), all else parts.</summary>
    public static List<string> Of(string? text)
    {
        List<string> words = [];
        if (string.IsNullOrEmpty(text))
        {
            return words;
        }

        // A file of 50,000 cards comes through here half a million times: no text is built for a word that stands as it is.
        var folded = Fold(text);
        var start = 0;
        var joins = false;
        for (var i = 0; i <= folded.Length; i++)
        {
            var c = i < folded.Length ? folded[i] : ' ';
            if (c is '\'' or '’' or '.')
            {
                joins = true;
            }
            else if (!char.IsLetterOrDigit(c))
            {
                if (Word(folded.AsSpan(start, i - start), joins) is { Length: > 0 } word)
                {
                    words.Add(word);
                }

                (start, joins) = (i + 1, false);
            }
        }

        return words;
    }

    /// <summary>A card number without what people write differently: <c>US-50</c>, <c>us 50</c> and <c>US50</c> are one.</summary>
    public static string Number(string? number) =>
        string.IsNullOrEmpty(number) ? "" : string.Concat(Fold(number).Where(char.IsLetterOrDigit));

    /// <summary>
    /// A key that sorts card numbers as people count: 2 before 10, <c>US-9</c> before <c>US-50</c>. Each run of digits is
    /// led by the count of its digits.
    /// </summary>
    public static string NumberOrder(string? number)
    {
        if (string.IsNullOrEmpty(number))
        {
            return "";
        }

        var key = new StringBuilder();
        var folded = Fold(number);
        for (var i = 0; i < folded.Length;)
        {
            if (!char.IsAsciiDigit(folded[i]))
            {
                key.Append(folded[i++]);
                continue;
            }

            var start = i;
            while (i < folded.Length && char.IsAsciiDigit(folded[i]))
            {
                i++;
            }

            var digits = folded.AsSpan(start, i - start).TrimStart('0');
            key.Append((char)('0' + Math.Min(digits.Length, 9))).Append(digits);
        }

        return key.ToString();
    }

    private static string Word(ReadOnlySpan<char> text, bool joins) => joins ? string.Concat(text.ToString().Where(char.IsLetterOrDigit)) : text.ToString();
}
