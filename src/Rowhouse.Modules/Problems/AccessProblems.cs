using Microsoft.AspNetCore.Http;
using Rowhouse.Tenancy.AspNetCore.Problems;

namespace Rowhouse.Modules.Problems;

/// <summary>Why somebody may not.</summary>
public static class AccessProblems
{
    /// <summary>Nobody is signed in, or the session has ended.</summary>
    public static readonly ProblemType SignInRequired = new("urn:rowhouse:access:sign-in-required", StatusCodes.Status401Unauthorized, "Sign in first");

    /// <summary>The tenant does not subscribe to the product.</summary>
    public static readonly ProblemType NotSubscribed = new("urn:rowhouse:access:not-subscribed", StatusCodes.Status402PaymentRequired, "The tenant does not subscribe to this product");

    /// <summary>The role does not allow it.</summary>
    public static readonly ProblemType NotAllowed = new("urn:rowhouse:access:not-allowed", StatusCodes.Status403Forbidden, "Your role does not allow this");

    /// <summary>A change that came with a cookie and without proof that the console itself sent it.</summary>
    public static readonly ProblemType CrossSite = new("urn:rowhouse:access:cross-site", StatusCodes.Status403Forbidden, "The change was not sent by the console");
}
