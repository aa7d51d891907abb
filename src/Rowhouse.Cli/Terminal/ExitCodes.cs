namespace Rowhouse.Cli.Terminal;

/// <summary>What a command says to the shell.</summary>
internal static class ExitCodes
{
    public const int Done = 0;
    public const int Refused = 1;
    public const int Usage = 2;
    public const int Unreachable = 3;

    /// <summary>Ended by Ctrl-C, as shells count it.</summary>
    public const int Stopped = 130;
}
