namespace Rowhouse.Tenancy;

/// <summary>
/// Chooses who gives way when memory is full: a hand goes round, and whoever was not asked for since it last passed goes (the
/// CLOCK algorithm). One thread at a time.
/// </summary>
/// <param name="capacity">How many there is room for.</param>
internal sealed class ResidentRing(int capacity)
{
    private readonly List<Resident?> places = [];
    private readonly Stack<int> free = [];
    private int hand;

    /// <summary>Adds one that is not there yet.</summary>
    /// <returns>The one that gave way.</returns>
    public Resident? Add(Resident resident)
    {
        if (free.TryPop(out var place))
        {
            Put(resident, place);
            return null;
        }

        if (places.Count < capacity)
        {
            places.Add(null);
            Put(resident, places.Count - 1);
            return null;
        }

        var evicted = Turn();
        Put(resident, evicted.Position);
        return evicted;
    }

    public void Replace(Resident known, Resident resident)
    {
        resident.IsUsed = known.IsUsed;
        Put(resident, known.Position);
    }

    public void Remove(Resident resident)
    {
        places[resident.Position] = null;
        free.Push(resident.Position);
    }

    private void Put(Resident resident, int place)
    {
        places[place] = resident;
        resident.Position = place;
    }

    // No place is free, so all are taken. After one round all marks are wiped.
    private Resident Turn()
    {
        while (true)
        {
            var resident = places[hand]!;
            hand = hand + 1 == places.Count ? 0 : hand + 1;
            if (!resident.IsUsed)
            {
                return resident;
            }

            resident.IsUsed = false;
        }
    }
}
