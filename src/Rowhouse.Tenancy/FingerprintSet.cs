using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Rowhouse.Tenancy;

/// <summary>
/// 64 bits of every identifier that leads to a tenant: what is not among them leads nowhere, without asking anybody. At a million
/// identifiers a value that leads nowhere has the bits of one that does once in 10^13; it is asked for. Nothing is ever taken out, so nobody who reads at
/// the same time can miss what is there: a value that was lost is asked for as well. Reading takes no lock; one thread at a time may add.
/// </summary>
/// <remarks>
/// Open addressing with linear probing. A table between 57 and 85 % full takes 9.4 to 14.1 MB per million. The bits depend on a seed
/// of this process, so that nobody outside can make values that share them.
/// </remarks>
internal sealed class FingerprintSet
{
    private const ulong Empty = 0;
    private const int Smallest = 64;
    private const double Full = 0.85;
    private const double Growth = 1.5;

    private readonly long seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));
    private ulong[] slots = new ulong[Smallest];

    public int Count { get; private set; }

    public long Bytes => (long)slots.Length * sizeof(ulong);

    public ulong Of(IdentifierKind kind, ReadOnlySpan<char> value)
    {
        var bits = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(value), seed + (long)kind);
        return bits == Empty ? Empty + 1 : bits;
    }

    public bool Contains(ulong fingerprint)
    {
        var table = Volatile.Read(ref slots);
        return Volatile.Read(ref table[Find(table, fingerprint)]) == fingerprint;
    }

    public void Add(ulong fingerprint)
    {
        if (Count + 1 > slots.Length * Full)
        {
            Rebuild();
        }

        var slot = Find(slots, fingerprint);
        if (slots[slot] == Empty)
        {
            Volatile.Write(ref slots[slot], fingerprint);
            Count++;
        }
    }

    private void Rebuild()
    {
        var table = new ulong[(int)Math.Min(slots.Length * Growth, Array.MaxLength)];
        foreach (var fingerprint in slots)
        {
            if (fingerprint != Empty)
            {
                table[Find(table, fingerprint)] = fingerprint;
            }
        }

        Volatile.Write(ref slots, table);
    }

    /// <summary>The slot that has the fingerprint, or the empty one where it would be.</summary>
    private static int Find(ulong[] table, ulong fingerprint)
    {
        for (var slot = (int)Math.BigMul(fingerprint, (ulong)table.Length, out _); ; slot = slot + 1 == table.Length ? 0 : slot + 1)
        {
            var found = Volatile.Read(ref table[slot]);
            if (found == fingerprint || found == Empty)
            {
                return slot;
            }
        }
    }
}
