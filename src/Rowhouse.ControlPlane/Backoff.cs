namespace Rowhouse.ControlPlane;

/// <summary>How long to wait before what has failed is tried again: twice as long each time, up to a most.</summary>
internal static class Backoff
{
    private const int MostDoublings = 16;

    /// <summary>The wait after so many failures.</summary>
    /// <param name="failures">How often it has failed, from 1 on.</param>
    /// <param name="first">The wait after the first.</param>
    /// <param name="longest">The most.</param>
    public static TimeSpan After(int failures, TimeSpan first, TimeSpan longest) => TimeSpan.FromTicks(Math.Min(longest.Ticks, first.Ticks << Math.Clamp(failures - 1, 0, MostDoublings)));
}
