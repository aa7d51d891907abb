using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>The tenants that one request names, and whether they are one. Belongs to its request; not thread-safe.</summary>
public sealed class TenantMentions
{
    private readonly TenantDirectory directory;
    private List<(Identifier Identifier, bool MustLead)>? unread;
    private ReadOnlyMemory<char> first;
    private Tenant? tenant;
    private State state;

    internal TenantMentions(TenantDirectory directory) => this.directory = directory;

    [Flags]
    private enum State
    {
        None = 0,
        Named = 1,
        Conflicting = 2,
        SpelledDifferently = 4,
        ByCredential = 8,
        Unreachable = 16,
        Unsure = 32,
    }

    /// <summary>Adds a value that must lead to a tenant; one that leads nowhere counts as much as one that leads somewhere.</summary>
    /// <param name="kind">What kind of identifier it is.</param>
    /// <param name="text">The value as the request has it.</param>
    public void Add(IdentifierKind kind, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Add(kind, text.AsMemory());
    }

    /// <inheritdoc cref="Add(IdentifierKind, string)"/>
    public void Add(IdentifierKind kind, ReadOnlyMemory<char> text)
    {
        if (!Identifier.TryNormalise(kind, text, out var value))
        {
            Take(text, found: null);
        }
        else if (!TryRead(kind, value, mustLead: true, out var found))
        {
            Take(value, found);
        }
    }

    /// <summary>Adds a value that the caller's credential itself is bound to: an API key, or the tenant that a token was made for.</summary>
    /// <param name="kind">What kind of identifier it is.</param>
    /// <param name="text">The value as the request has it.</param>
    public void AddOfCredential(IdentifierKind kind, string text)
    {
        state |= State.ByCredential;
        Add(kind, text);
    }

    /// <summary>Adds a value only where it leads to a tenant: for values that every request has, such as its host.</summary>
    /// <param name="kind">What kind of identifier it is.</param>
    /// <param name="text">The value as the request has it.</param>
    public void AddIfKnown(IdentifierKind kind, ReadOnlyMemory<char> text)
    {
        if (!Identifier.TryNormalise(kind, text, out var value) || TryRead(kind, value, mustLead: false, out var found))
        {
            return;
        }

        if (found is not null)
        {
            Take(value, found);
        }
    }

    /// <summary>Whether some of the tenants are not in memory.</summary>
    internal bool HasUnread => unread is not null;

    /// <summary>Reads the tenants that are not in memory.</summary>
    internal async Task ReadAsync(TenantFinder finder, CancellationToken cancellationToken)
    {
        var identifiers = unread ?? [];
        unread = null;
        foreach (var (identifier, mustLead) in identifiers)
        {
            try
            {
                var found = await finder.FindAsync(identifier, cancellationToken).ConfigureAwait(false);
                if (found is not null || mustLead)
                {
                    Take(identifier.Value.AsMemory(), found);
                }
            }
            catch (CatalogueUnreachableException)
            {
                state |= State.Unreachable;
            }
        }
    }

    internal TenantResolution Resolve(bool required) => new(Outcome, Outcome is TenantResolutionOutcome.Found ? tenant : null, required)
    {
        SpelledDifferently = state.HasFlag(State.SpelledDifferently),
        ByCredential = state.HasFlag(State.ByCredential),
        Contact = directory.Contact,
    };

    // Two names that lead to different tenants disagree whatever a third one leads to. Where nothing but the host could name a tenant and
    // nobody can say whether it does, that is not known either.
    private TenantResolutionOutcome Outcome =>
        state.HasFlag(State.Conflicting) ? TenantResolutionOutcome.Conflicting
        : state.HasFlag(State.Unreachable) ? TenantResolutionOutcome.Unreachable
        : !state.HasFlag(State.Named) ? state.HasFlag(State.Unsure) ? TenantResolutionOutcome.Unreachable : TenantResolutionOutcome.None
        : directory.Contact is DirectoryContact.Stale ? TenantResolutionOutcome.Unreachable
        : tenant is null ? TenantResolutionOutcome.Unknown
        : TenantResolutionOutcome.Found;

    /// <summary>Looks in memory.</summary>
    /// <returns>Whether it has to be looked for elsewhere, or nobody can say.</returns>
    private bool TryRead(IdentifierKind kind, ReadOnlyMemory<char> value, bool mustLead, out Tenant? found)
    {
        if (directory.TryFind(kind, value.Span, out found))
        {
            return false;
        }

        if (directory.MayLead(kind, value.Span))
        {
            (unread ??= []).Add((new(kind, value.ToString()), mustLead));
            return true;
        }

        if (directory.Contact is DirectoryContact.Connected)
        {
            return false;
        }

        state |= mustLead ? State.Unreachable : State.Unsure;
        return true;
    }

    private void Take(ReadOnlyMemory<char> value, Tenant? found)
    {
        if (!state.HasFlag(State.Named))
        {
            state |= State.Named;
            first = value;
            tenant = found;
            return;
        }

        var same = first.Span.SequenceEqual(value.Span);
        if (!same)
        {
            state |= State.SpelledDifferently;
        }

        if (found?.Id != tenant?.Id || (found is null && !same))
        {
            state |= State.Conflicting;
        }
    }
}
