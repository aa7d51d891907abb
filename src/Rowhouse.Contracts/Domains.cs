using System.ComponentModel.DataAnnotations;

namespace Rowhouse.Contracts;

/// <summary>Claims a domain for the tenant.</summary>
/// <param name="Host">The host name, for example <c>shop.example.com</c>, in any spelling: <c>MÜLLER.example.</c> is <c>xn--mller-kva.example</c>.</param>
public sealed record AddDomainRequest([property: Required, StringLength(254)] string Host);

/// <summary>A domain of the tenant, claimed or proven.</summary>
/// <param name="Host">The host name in lower case, as IDNA writes it in ASCII.</param>
/// <param name="Status"><c>claimed</c>, or <c>proven</c> once the record was found: then requests to the host lead to the tenant.</param>
/// <param name="Record">The DNS record that proves the domain.</param>
/// <param name="AddedAt">When it was claimed.</param>
/// <param name="ExpiresAt">When the claim lapses unless it is proven, 7 days after it was made; <see langword="null"/> once it is proven.</param>
/// <param name="ProvenAt">When the record was found.</param>
/// <param name="CheckedAt">When the record was last looked for.</param>
/// <param name="Failure">Why it was not found then: <c>record-missing</c>, <c>record-wrong</c> or <c>name-server-unreachable</c>.</param>
public sealed record DomainResponse(
    string Host,
    string Status,
    DomainRecord Record,
    DateTimeOffset AddedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? ProvenAt,
    DateTimeOffset? CheckedAt,
    string? Failure);

/// <summary>A DNS record to be set.</summary>
/// <param name="Type">Its type, <c>TXT</c>.</param>
/// <param name="Name">Its whole name, for example <c>_rowhouse-challenge.shop.example.com</c>.</param>
/// <param name="Value">Its text.</param>
public sealed record DomainRecord(string Type, string Name, string Value);
