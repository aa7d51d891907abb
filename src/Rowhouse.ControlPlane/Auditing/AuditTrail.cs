using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Rowhouse.ControlPlane.Store;
using Rowhouse.Modules.Access;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Auditing;

/// <summary>Writes entries into the unit of work of the act itself: both are kept, or neither.</summary>
internal sealed class AuditTrail(PlatformDbContext db, IHttpContextAccessor http, Caller caller, TimeProvider clock)
{
    public void Add(
        string action,
        TenantId? tenant = null,
        string? subject = null,
        AuditOutcome outcome = AuditOutcome.Done,
        Guid? person = null,
        object? details = null)
    {
        var now = clock.GetUtcNow();
        db.Audit.Add(new()
        {
            Id = Guid.CreateVersion7(now),
            At = now,
            PersonId = person ?? (caller.IsKnown ? caller.PersonId : null),
            Action = action,
            TenantId = tenant?.Value,
            Subject = subject,
            Outcome = outcome,
            Address = http.HttpContext?.Connection.RemoteIpAddress?.ToString(),
            TraceId = http.HttpContext is { } context ? Activity.Current?.Id ?? context.TraceIdentifier : null,
            Details = details is null ? null : JsonSerializer.SerializeToDocument(details, JsonSerializerOptions.Web),
        });
    }
}
