namespace Rowhouse.Tenancy.Postgres;

/// <summary>A text has a character that PostgreSQL keeps in no text: U+0000. Nothing was sent.</summary>
public sealed class UnstorableTextException : FormatException
{
    internal UnstorableTextException()
        : base("A text contains U+0000, which PostgreSQL keeps in no text.")
    {
    }
}
