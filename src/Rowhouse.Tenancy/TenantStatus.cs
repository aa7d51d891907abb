namespace Rowhouse.Tenancy;

/// <summary>Where a tenant is in its life. The numbers are stored; do not change them.</summary>
public enum TenantStatus
{
    /// <summary>Wanted, not begun.</summary>
    Pending = 0,

    /// <summary>Its home is being made.</summary>
    Creating = 1,

    /// <summary>Open for business.</summary>
    Active = 2,

    /// <summary>Closed for a while by the platform; nothing is lost.</summary>
    Suspended = 3,

    /// <summary>Its rows are on their way to another home.</summary>
    Moving = 4,

    /// <summary>Its home could not be made or removed; can be tried again.</summary>
    Failed = 5,

    /// <summary>Being taken down.</summary>
    Deleting = 6,

    /// <summary>Taken down, kept for the retention, can be revived.</summary>
    Deleted = 7,

    /// <summary>Its rows and keys are gone, and its names are others' to take; a tombstone stays.</summary>
    Purged = 8,

    /// <summary>Its backups are gone too; a tombstone stays.</summary>
    Erased = 9,
}
