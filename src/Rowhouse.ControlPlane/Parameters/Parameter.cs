using Rowhouse.Contracts;
using Rowhouse.Tenancy;

namespace Rowhouse.ControlPlane.Parameters;

/// <summary>A discovery parameter as it stands.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Value">Its value.</param>
/// <param name="Version">Grows with each change; what has the same version has the same value.</param>
/// <param name="UpdatedAt">When it was changed last, where that is known.</param>
internal sealed record Parameter(ParameterPath Path, string Value, long Version, DateTimeOffset? UpdatedAt = null)
{
    public ParameterResponse ToResponse() => new(Path.Value, Value, Version, UpdatedAt);
}
