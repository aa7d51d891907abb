namespace Rowhouse.Tenancy;

/// <summary>
/// Declares that rows of this type belong to no tenant and are read by all of them: a catalogue, a list of countries.
/// They live in a schema of their own, tenants can only read them, and the platform writes them. This is the only
/// way in which a type can be without a tenant.
/// </summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1040:Avoid empty interfaces", Justification = "A declaration on the entity itself, where a reader of the type sees it; an attribute would not be inherited by implementations.")]
public interface ISharedReference;
