namespace Rowhouse.Tenancy;

/// <summary>
/// Chooses who gives way when memory is full: a hand goes round, and whoever was not asked for since it last passed goes (the
/// CLOCK algorithm). One thread at a time.
/// </summary>
/// <param name="capacity">How many there is room for.</param>
internal sealed class ResidentRing(int capacity)
{
    private readonly List<Resident> places = [];
    private int hand;

    public bool IsFull => places.Count >= capacity;

    /// <summary>Adds one that is not there yet.</summary>
    /// <returns>The one that gave way.</returns>
    public Resident? Add(Resident resident)
    {
        if (!IsFull)
        {
            resident.Position = places.Count;
            places.Add(resident);
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

    /// <summary>Takes one out that is there; the last one gets its place.</summary>
    public void Remove(Resident known)
    {
        Put(places[^1], known.Position);
        places.RemoveAt(places.Count - 1);
        hand = hand < places.Count ? hand : 0;
    }

    private void Put(Resident resident, int place)
    {
        places[place] = resident;
        resident.Position = place;
    }

    // After one round all marks are wiped.
    private Resident Turn()
    {
        while (true)
        {
            var resident = places[hand];
            hand = hand + 1 == places.Count ? 0 : hand + 1;
            if (!resident.IsUsed)
            {
                return resident;
            }

            resident.IsUsed = false;
        }
    }
}
