namespace Rowhouse.CardVault.Csv;

/// <summary>A file that cannot be read as CSV at all, as against one with wrong rows. The message is for the person who sent it.</summary>
/// <param name="message">What is wrong, where, and what to do.</param>
/// <param name="tooLarge">Whether a limit was met.</param>
internal sealed class CsvRefusedException(string message, bool tooLarge = false) : Exception(message)
{
    public bool TooLarge { get; } = tooLarge;
}
