using Microsoft.AspNetCore.Http;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.ControlPlane;

/// <summary>What the control plane refuses, and why.</summary>
internal static class ControlPlaneProblems
{
    public static readonly ProblemType WrongCredentials = new("urn:rowhouse:session:wrong-credentials", StatusCodes.Status401Unauthorized, "The e-mail address or the password is wrong");
    public static readonly ProblemType LinkInvalid = new("urn:rowhouse:people:link-invalid", StatusCodes.Status400BadRequest, "The link is used up, replaced or too old");
    public static readonly ProblemType AcceptSignedIn = new("urn:rowhouse:people:accept-signed-in", StatusCodes.Status409Conflict, "The address has an account already");
    public static readonly ProblemType InvitedSomebodyElse = new("urn:rowhouse:people:invited-somebody-else", StatusCodes.Status403Forbidden, "The invitation is for another account");
    public static readonly ProblemType UnknownMember = new("urn:rowhouse:members:unknown-member", StatusCodes.Status404NotFound, "There is no such member");
    public static readonly ProblemType AlreadyMember = new("urn:rowhouse:members:already-member", StatusCodes.Status409Conflict, "The person is a member already");
    public static readonly ProblemType LastAdmin = new("urn:rowhouse:members:last-admin", StatusCodes.Status409Conflict, "A tenant needs an admin");
    public static readonly ProblemType IdentifierTaken = new("urn:rowhouse:tenants:identifier-taken", StatusCodes.Status409Conflict, "The identifier leads to a tenant already");
    public static readonly ProblemType WrongState = new("urn:rowhouse:tenants:wrong-state", StatusCodes.Status409Conflict, "The tenant's state does not allow this");
    public static readonly ProblemType Protected = new("urn:rowhouse:tenants:protected", StatusCodes.Status409Conflict, "The tenant is protected from deletion");
    public static readonly ProblemType RetentionEnded = new("urn:rowhouse:tenants:retention-ended", StatusCodes.Status409Conflict, "The tenant's retention has ended");
    public static readonly ProblemType AlreadySubscribed = new("urn:rowhouse:tenants:already-subscribed", StatusCodes.Status409Conflict, "The tenant subscribes to the product already");
    public static readonly ProblemType NoSubscription = new("urn:rowhouse:tenants:no-subscription", StatusCodes.Status404NotFound, "The tenant does not subscribe to the product");
    public static readonly ProblemType UnknownProduct = new("urn:rowhouse:products:unknown-product", StatusCodes.Status404NotFound, "The tenant has no such product");
    public static readonly ProblemType ProductState = new("urn:rowhouse:products:wrong-state", StatusCodes.Status409Conflict, "The product's state does not allow this");
    public static readonly ProblemType UnknownDomain = new("urn:rowhouse:domains:unknown-domain", StatusCodes.Status404NotFound, "The tenant has no such domain");
    public static readonly ProblemType DomainTaken = new("urn:rowhouse:domains:taken", StatusCodes.Status409Conflict, "Another tenant has this domain");
    public static readonly ProblemType TooManyDomains = new("urn:rowhouse:domains:too-many-domains", StatusCodes.Status409Conflict, "The tenant has as many domains as it may");
    public static readonly ProblemType RecordMissing = new("urn:rowhouse:domains:record-missing", StatusCodes.Status409Conflict, "The record that proves the domain is not there");
    public static readonly ProblemType RecordWrong = new("urn:rowhouse:domains:record-wrong", StatusCodes.Status409Conflict, "The record that proves the domain is another one");
    public static readonly ProblemType NameServerUnreachable = new("urn:rowhouse:domains:name-server-unreachable", StatusCodes.Status503ServiceUnavailable, "The domain's name servers do not answer");
    public static readonly ProblemType UnknownOperation = new("urn:rowhouse:operations:unknown-operation", StatusCodes.Status404NotFound, "There is no such operation");
    public static readonly ProblemType OperationState = new("urn:rowhouse:operations:wrong-state", StatusCodes.Status409Conflict, "The operation's state does not allow this");
    public static readonly ProblemType ProvisioningDisabled = new("urn:rowhouse:homes:provisioning-disabled", StatusCodes.Status409Conflict, "This installation makes no private homes");
    public static readonly ProblemType UnknownStore = new("urn:rowhouse:stores:unknown-store", StatusCodes.Status404NotFound, "There is no such store");
    public static readonly ProblemType StoreNameTaken = new("urn:rowhouse:stores:name-taken", StatusCodes.Status409Conflict, "A store has this name already");
    public static readonly ProblemType StoreInUse = new("urn:rowhouse:stores:in-use", StatusCodes.Status409Conflict, "The store cannot be removed");
    public static readonly ProblemType NoRoom = new("urn:rowhouse:stores:no-room", StatusCodes.Status409Conflict, "No store takes the tenant");
    public static readonly ProblemType KeyMissing = new("urn:rowhouse:server:key-missing", StatusCodes.Status503ServiceUnavailable, "The server does not have the key");
    public static readonly ProblemType ReadOnlyParameter = new("urn:rowhouse:parameters:read-only", StatusCodes.Status409Conflict, "The parameter follows from the tenant");
    public static readonly ProblemType UnknownLicense = new("urn:rowhouse:licenses:unknown-license", StatusCodes.Status404NotFound, "The tenant has no such license");
    public static readonly ProblemType LicenseOverlaps = new("urn:rowhouse:licenses:overlap", StatusCodes.Status409Conflict, "Another license has days in common");
    public static readonly ProblemType UnknownListEntry = new("urn:rowhouse:licenses:unknown-entry", StatusCodes.Status404NotFound, "The list has no such entry");
    public static readonly ProblemType AlreadyListed = new("urn:rowhouse:licenses:already-listed", StatusCodes.Status409Conflict, "The list has this id already");
    public static readonly ProblemType UnknownEvent = new("urn:rowhouse:outbox:unknown-event", StatusCodes.Status404NotFound, "There is no such event");
    public static readonly ProblemType EventWaits = new("urn:rowhouse:outbox:event-waits", StatusCodes.Status409Conflict, "The event is not set aside");
}
