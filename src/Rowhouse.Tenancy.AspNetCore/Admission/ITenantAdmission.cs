using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Rowhouse.Tenancy.AspNetCore.Admission;

/// <summary>
/// May this request go on? Asked for every request that has an endpoint, after the tenant was looked for and before
/// it is bound, and once more by whoever takes in bodies whole, when one has come, and for every call of a hub that the request connected to. The kernel's own answer, <see cref="TenantStateAdmission"/>, judges only the tenant's state; an application
/// with people and products puts its own in its place. The order of refusals belongs to the implementation.
/// </summary>
public interface ITenantAdmission
{
    /// <summary>Judges a request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="resolution">Where its identifiers lead.</param>
    /// <param name="cancellationToken">Stops the judging.</param>
    /// <returns><see langword="null"/> to let it pass, or the answer to give instead.</returns>
    ValueTask<ProblemHttpResult?> AdmitAsync(HttpContext context, TenantResolution resolution, CancellationToken cancellationToken);

    /// <summary>
    /// Judges a request once more that was let pass, now that its body has come: a sender can take minutes for it, and what
    /// was true before may be so no longer. Asked by whoever reads bodies, before an endpoint sees one; and for each call of a SignalR hub, of the request that made its connection, whose answer may have begun.
    /// </summary>
    /// <param name="context">The request.</param>
    /// <param name="cancellationToken">Stops the judging.</param>
    /// <returns><see langword="null"/> where it still may go on, or the answer to give instead.</returns>
    ValueTask<ProblemHttpResult?> AdmitBodyAsync(HttpContext context, CancellationToken cancellationToken);
}
