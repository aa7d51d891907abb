using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Rowhouse.Tenancy.Tests.Notes;

public readonly record struct NoteId(Guid Value)
{
    public static NoteId New() => new(Guid.CreateVersion7(TimeProvider.System.GetUtcNow()));

    public sealed class Converter() : ValueConverter<NoteId, Guid>(id => id.Value, value => new(value));
}
