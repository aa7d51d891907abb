namespace Rowhouse.Tenancy;

/// <summary>How much a <see cref="TenantDirectory"/> keeps, and for how long it goes on without its catalogue.</summary>
public sealed class DirectoryOptions
{
    /// <summary>How many tenants are kept in memory at most; those that were not asked for give way. The others are read when somebody asks for them.</summary>
    /// <value>1,000,000, which take about 0.5 GB. At least 1.</value>
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

    /// <summary>Times how long the catalogue is silent, and the pause in which questions to it gather: as long as things take, whatever day it is for the application.</summary>
    /// <value><see cref="TimeProvider.System"/></value>
    public TimeProvider Clock { get; set; } = TimeProvider.System;
}

/// <summary>Whether a directory hears from its catalogue.</summary>
public enum DirectoryContact
{
    /// <summary>It does: what it does not know does not exist.</summary>
    Connected = 0,

    /// <summary>Not at the moment: what it knows is served, of what it does not know nobody can tell.</summary>
    Cut,

    /// <summary>Not for longer than <see cref="DirectoryOptions.MaxStale"/>: nothing it knows can be relied on.</summary>
    Stale,
}

/// <summary>The catalogue of tenants cannot be asked, so whether there is such a tenant, or what became of it, is not known now.</summary>
/// <param name="message">What was tried.</param>
/// <param name="innerException">What went wrong.</param>
public sealed class CatalogueUnreachableException(string message, Exception? innerException = null) : Exception(message, innerException);
