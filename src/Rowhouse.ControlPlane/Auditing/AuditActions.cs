namespace Rowhouse.ControlPlane.Auditing;

/// <summary>What is recorded, in the words of the audit.</summary>
internal static class AuditActions
{
    public const string SignedIn = "session.opened";
    public const string SignInFailed = "session.refused";
    public const string SignedOut = "session.closed";
    public const string PasswordSet = "person.password-set";
    public const string PasswordChanged = "person.password-changed";
    public const string PersonAdded = "person.added";
    public const string TenantCreated = "tenant.created";
    public const string TenantChanged = "tenant.changed";
    public const string TenantDeleted = "tenant.deleted";
    public const string TenantRevived = "tenant.revived";
    public const string TenantPurged = "tenant.purged";
    public const string TenantSuspended = "tenant.suspended";
    public const string TenantResumed = "tenant.resumed";
    public const string Subscribed = "tenant.subscribed";
    public const string Unsubscribed = "tenant.unsubscribed";
    public const string MemberInvited = "member.invited";
    public const string MemberJoined = "member.joined";
    public const string MemberChanged = "member.changed";
    public const string MemberRemoved = "member.removed";
    public const string DomainAdded = "domain.added";
    public const string DomainProven = "domain.proven";
    public const string DomainRemoved = "domain.removed";
    public const string OperationCancelled = "operation.cancelled";
    public const string OperationRetried = "operation.retried";
    public const string ParameterSet = "parameter.set";
    public const string ParameterUnset = "parameter.unset";
    public const string LicenseAdded = "license.added";
    public const string LicenseChanged = "license.changed";
    public const string StoreAdded = "store.added";
    public const string StoreChanged = "store.changed";
    public const string StoreRemoved = "store.removed";
    public const string EventRetried = "event.retried";
    public const string EventDropped = "event.dropped";

    /// <summary>Somebody named a tenant that they are no member of, or two that are not one.</summary>
    public const string TenantRefused = "tenant.access-refused";

    /// <summary>Somebody who runs the platform worked in a tenant without being a member.</summary>
    public const string StaffEntered = "tenant.staff-access";
}
