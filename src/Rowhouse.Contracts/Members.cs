using System.ComponentModel.DataAnnotations;

namespace Rowhouse.Contracts;

/// <summary>Invites a person into the tenant.</summary>
public sealed record AddMemberRequest
{
    /// <summary>The person's e-mail address.</summary>
    [Required, EmailAddress, StringLength(254)]
    public required string Email { get; init; }

    /// <summary>The person's name.</summary>
    [Required, StringLength(200, MinimumLength = 1)]
    public required string Name { get; init; }

    /// <summary><c>admin</c>, <c>editor</c>, <c>member</c> or <c>viewer</c>.</summary>
    [Required, RegularExpression("^(admin|editor|member|viewer)$", ErrorMessage = "A role is admin, editor, member or viewer.")]
    public required string Role { get; init; }
}

/// <summary>Changes a member.</summary>
/// <param name="Role"><c>admin</c>, <c>editor</c>, <c>member</c> or <c>viewer</c>.</param>
public sealed record UpdateMemberRequest(
    [property: Required, RegularExpression("^(admin|editor|member|viewer)$", ErrorMessage = "A role is admin, editor, member or viewer.")] string Role);

/// <summary>A member of the tenant, from the invitation on.</summary>
/// <param name="Id">The member's id.</param>
/// <param name="PersonId">The person's id, over all tenants; <see langword="null"/> while the invitation is open.</param>
/// <param name="Email">The person's e-mail address.</param>
/// <param name="Name">The person's name; while the invitation is open, as whoever invited them wrote it.</param>
/// <param name="Role"><c>admin</c>, <c>editor</c>, <c>member</c> or <c>viewer</c>.</param>
/// <param name="Status"><c>invited</c>, or <c>joined</c> once the person has accepted.</param>
/// <param name="InvitedAt">When the person was invited.</param>
/// <param name="JoinedAt">When the person accepted.</param>
/// <param name="InvitationLink">The one-time link to give the person, an address within the console; only in the answer that made it.</param>
/// <param name="InvitationExpiresAt">When that link ends, 24 hours after it was made.</param>
public sealed record MemberResponse(
    Guid Id,
    Guid? PersonId,
    string Email,
    string Name,
    string Role,
    string Status,
    DateTimeOffset InvitedAt,
    DateTimeOffset? JoinedAt,
    [property: OneTimeSecret] string? InvitationLink = null,
    DateTimeOffset? InvitationExpiresAt = null);

/// <summary>Shows a one-time link.</summary>
/// <param name="Token">The secret of the link.</param>
public sealed record InvitationTokenRequest([property: Required, StringLength(100)] string Token);

/// <summary>What a one-time link invites to.</summary>
/// <param name="Tenant">The tenant.</param>
/// <param name="Email">The address that is invited.</param>
/// <param name="Name">The person's name, as whoever invited them wrote it.</param>
/// <param name="Role"><c>admin</c>, <c>editor</c>, <c>member</c> or <c>viewer</c>.</param>
/// <param name="ExpiresAt">When the link ends.</param>
/// <param name="AcceptBy"><c>password</c>: by choosing one; <c>session</c>: signed in to the account that the address has.</param>
public sealed record InvitationResponse(InvitingTenant Tenant, string Email, string Name, string Role, DateTimeOffset ExpiresAt, string AcceptBy);

/// <summary>The tenant that somebody is invited into.</summary>
/// <param name="Slug">Its name in addresses.</param>
/// <param name="Name">Its name.</param>
public sealed record InvitingTenant(string Slug, string Name);

/// <summary>Accepts an invitation as somebody new.</summary>
/// <param name="Token">The secret of the link.</param>
/// <param name="Password">The password that the person chooses.</param>
public sealed record SetPasswordRequest(
    [property: Required, StringLength(100)] string Token,
    [property: Required, StringLength(256)] string Password);

/// <summary>Changes one's own password.</summary>
/// <param name="CurrentPassword">The password so far.</param>
/// <param name="NewPassword">The new password.</param>
public sealed record ChangePasswordRequest(
    [property: Required, StringLength(256)] string CurrentPassword,
    [property: Required, StringLength(256)] string NewPassword);

/// <summary>One act that was recorded.</summary>
/// <param name="Id">The entry's id.</param>
/// <param name="At">When it happened.</param>
/// <param name="Person">Who did it; <see langword="null"/> for the platform itself.</param>
/// <param name="Action">What was done, for example <c>tenant.suspended</c>.</param>
/// <param name="TenantId">In which tenant.</param>
/// <param name="Subject">To what.</param>
/// <param name="Outcome"><c>done</c> or <c>refused</c>.</param>
/// <param name="Address">The network address it came from.</param>
/// <param name="TraceId">The request it belongs to.</param>
/// <param name="Details">Before and after, where something changed.</param>
public sealed record AuditEntryResponse(
    Guid Id,
    DateTimeOffset At,
    PersonSummary? Person,
    string Action,
    Guid? TenantId,
    string? Subject,
    string Outcome,
    string? Address,
    string? TraceId,
    System.Text.Json.JsonElement? Details);
