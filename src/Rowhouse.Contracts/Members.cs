using System.ComponentModel.DataAnnotations;

namespace Rowhouse.Contracts;

/// <summary>Makes a person a member of the tenant.</summary>
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

    /// <summary>A first password, for a person who is new to the platform.</summary>
    /// <value>None by default: the answer carries a one-time link to set one.</value>
    [StringLength(256)]
    public string? Password { get; init; }
}

/// <summary>Changes a member.</summary>
/// <param name="Role"><c>admin</c>, <c>editor</c>, <c>member</c> or <c>viewer</c>.</param>
public sealed record UpdateMemberRequest(
    [property: Required, RegularExpression("^(admin|editor|member|viewer)$", ErrorMessage = "A role is admin, editor, member or viewer.")] string Role);

/// <summary>A member of the tenant.</summary>
/// <param name="Id">The person's id.</param>
/// <param name="Email">The person's e-mail address.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Role"><c>admin</c>, <c>editor</c>, <c>member</c> or <c>viewer</c>.</param>
/// <param name="JoinedAt">When the person became a member.</param>
/// <param name="PasswordSet">Whether the person has a password yet.</param>
/// <param name="SetPasswordLink">The one-time link to set a password, valid for 24 hours; only in the answer that made the member.</param>
public sealed record MemberResponse(Guid Id, string Email, string Name, string Role, DateTimeOffset JoinedAt, bool PasswordSet, string? SetPasswordLink = null);

/// <summary>Sets a password by a one-time link.</summary>
/// <param name="Token">The secret of the link.</param>
/// <param name="Password">The new password.</param>
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
