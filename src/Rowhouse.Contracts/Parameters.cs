using System.ComponentModel.DataAnnotations;

namespace Rowhouse.Contracts;

/// <summary>A discovery parameter.</summary>
/// <param name="Path">Its path, for example <c>/accounts/{id}/cloud-type</c>.</param>
/// <param name="Value">Its value.</param>
/// <param name="Version">Grows with each change; what has the same version has the same value. Also the entity tag of what can be set; 0 where nobody has set it.</param>
/// <param name="UpdatedAt">When it was set or unset last; <see langword="null"/> where nobody has, and for what follows from a tenant.</param>
public sealed record ParameterResponse(string Path, string Value, long Version, DateTimeOffset? UpdatedAt = null);

/// <summary>What a parameter is to be.</summary>
public sealed record SetParameterRequest
{
    /// <summary>Its value.</summary>
    [Required, StringLength(4096)]
    public string Value { get; init; } = "";
}

/// <summary>Something that a watcher of parameters is told: in a <c>put</c> or <c>delete</c> a parameter, in a <c>current</c> the path that is watched.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Value">What it is now; <see langword="null"/> in a <c>delete</c> and a <c>current</c>.</param>
/// <param name="Version">Its version; <see langword="null"/> in a <c>delete</c> and a <c>current</c>.</param>
public sealed record ParameterEvent(string Path, string? Value, long? Version);
