namespace Rowhouse.Tenancy;

/// <summary>How much a <see cref="TenantDirectory"/> keeps, and for how long it goes on without its catalogue.</summary>
public sealed class DirectoryOptions
{
    /// <summary>How many tenants are kept in memory at most; those that were not asked for give way. The others are read when somebody asks for them.</summary>
    /// <value>1,000,000, which take about 0.75 GB with three identifiers each. At least 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is less than 1.</exception>
    public int Capacity
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    }

    = 1_000_000;

    /// <summary>For how long tenants in memory are served while the catalogue is out of reach, and what became of them is not known.</summary>
    /// <value>5 minutes. Not negative.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is negative.</exception>
    public TimeSpan MaxStale
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            field = value;
        }
    }

    = TimeSpan.FromMinutes(5);

    /// <summary>How often the catalogue is read for what no notice told of, which is a sign of life too. After four times as long without one it counts as out of reach.</summary>
    /// <value>5 seconds. More than nothing, and at most a quarter of <see cref="MaxStale"/> for that to mean anything.</value>
    /// <exception cref="ArgumentOutOfRangeException">It is not more than nothing.</exception>
    public TimeSpan Poll
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            field = value;
        }
    }

    = TimeSpan.FromSeconds(5);

    /// <summary>Times silences and pauses. Not the application's clock: however far a test moves that one, a connection has been silent no longer.</summary>
    internal TimeProvider Clock { get; set; } = TimeProvider.System;
}
