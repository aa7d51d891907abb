using System.Security.Cryptography;
using Rowhouse.Contracts;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Domains;

/// <summary>A host that a tenant claims as its own, until it is proven or the claim lapses.</summary>
internal sealed class Domain
{
    /// <summary>How many domains a tenant has at most, claimed and proven.</summary>
    public const int Most = 50;

    /// <summary>The longest host, in characters: the name of the record before it has to be a host name too.</summary>
    public static readonly int MaxLength = 253 - RecordLabel.Length;

    /// <summary>For how long a claim stands that is not proven.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    private const string RecordLabel = "_rowhouse-challenge.";
    private const string ValuePrefix = "rowhouse-domain-verification=";

    // 128 bits.
    private const int TokenDigits = 32;

    public required string Host { get; init; }

    public required TenantId TenantId { get; init; }

    /// <summary>What the record has to say. Of this claim alone: one of another tenant, or from before, proves nothing.</summary>
    public required string Token { get; init; }

    public required DateTimeOffset AddedAt { get; init; }

    /// <summary>When the claim lapses; never once it is proven.</summary>
    public DateTimeOffset? ExpiresAt { get; private set; }

    public DateTimeOffset? ProvenAt { get; private set; }

    public DateTimeOffset? CheckedAt { get; private set; }

    /// <summary>What was wrong at the last check.</summary>
    public DomainFailure? Failure { get; private set; }

    public string RecordName => RecordLabel + Host;

    public string RecordValue => ValuePrefix + Token;

    public static Domain Claim(string host, TenantId tenant, DateTimeOffset now) => new()
    {
        Host = host,
        TenantId = tenant,
        Token = RandomNumberGenerator.GetHexString(TokenDigits, lowercase: true),
        AddedAt = now,
        ExpiresAt = now + Lifetime,
    };

    public void Prove(DateTimeOffset now)
    {
        ProvenAt = now;
        ExpiresAt = null;
        Failure = null;
    }

    public DomainResponse ToResponse() => new(
        Host, ProvenAt is null ? "claimed" : "proven", new("TXT", RecordName, RecordValue), AddedAt, ExpiresAt, ProvenAt, CheckedAt, Failure switch
        {
            DomainFailure.RecordMissing => "record-missing",
            DomainFailure.RecordWrong => "record-wrong",
            DomainFailure.NameServerUnreachable => "name-server-unreachable",
            _ => null,
        });
}

/// <summary>Why a domain is not proven. The numbers are stored; do not change them.</summary>
internal enum DomainFailure
{
    RecordMissing = 0,
    RecordWrong = 1,
    NameServerUnreachable = 2,
}
