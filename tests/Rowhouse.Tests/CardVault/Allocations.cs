using Shouldly;

namespace Rowhouse.Tests.CardVault;

/// <summary>How much memory a piece of work asks for, whatever other tests do beside it.</summary>
internal static class Allocations
{
    /// <summary>Runs work that has all it needs in memory.</summary>
    /// <returns>What it allocated, in bytes. Counted is this thread alone, so the work must not have waited for anything.</returns>
    public static long Of(Func<Task> work)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var done = work();
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        done.IsCompleted.ShouldBeTrue("else the rest of it was not counted");
        return allocated;
    }
}
