using Rowhouse.Tenancy.AspNetCore.Admission;

namespace Rowhouse.Tenancy.AspNetCore.Resolution;

/// <summary>The tenants that one request names, and whether they are one. Belongs to its request; not thread-safe.</summary>
public sealed class TenantMentions
{
    // Nobody has to name a tenant in so many ways that are all not in memory.
    private const int MostUnread = 8;

    private readonly TenantDirectory directory;
    private List<Mention>? unread;
    private ReadOnlyMemory<char> first;
    private IdentifierKind firstKind;
    private Tenant? tenant;
    private State state;

    internal TenantMentions(TenantDirectory directory) => this.directory = directory;

    [Flags]
    private enum State
    {
        None = 0,
        Spelled = 1,
        SpelledDifferently = 2,
        Led = 4,
        Conflicting = 8,
        ByCredential = 16,
        Unreachable = 32,
        Unsure = 64,
    }

    private enum Weight
    {
        /// <summary>Counts only where it leads to a tenant.</summary>
        IfKnown,

        /// <summary>Has to lead to a tenant.</summary>
        Named,

        /// <summary>Has to lead to a tenant, and the caller can speak for no other.</summary>
        Bound,
    }

    /// <summary>Adds a value that must lead to a tenant; one that leads nowhere counts as much as one that leads somewhere.</summary>
    /// <param name="kind">What kind of identifier it is.</param>
    /// <param name="text">The value as the request has it.</param>
    public void Add(IdentifierKind kind, ReadOnlyMemory<char> text) => Add(kind, text, Weight.Named);

    /// <inheritdoc cref="Add(IdentifierKind, ReadOnlyMemory{char})"/>
    public void Add(IdentifierKind kind, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        Add(kind, text.AsMemory());
    }

    /// <summary>Adds a value that the caller's credential itself is bound to: an API key, or the tenant that a token was made for.</summary>
    /// <param name="kind">What kind of identifier it is.</param>
    /// <param name="text">The value as the request has it.</param>
    public void AddBound(IdentifierKind kind, ReadOnlyMemory<char> text)
    {
        state |= State.ByCredential;
        Add(kind, text, Weight.Bound);
    }

    /// <inheritdoc cref="AddBound(IdentifierKind, ReadOnlyMemory{char})"/>
    public void AddBound(IdentifierKind kind, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        AddBound(kind, text.AsMemory());
    }

    /// <summary>Adds a value only where it leads to a tenant: for values that every request has, such as its host.</summary>
    /// <param name="kind">What kind of identifier it is.</param>
    /// <param name="text">The value as the request has it.</param>
    public void AddIfKnown(IdentifierKind kind, ReadOnlyMemory<char> text) => Add(kind, text, Weight.IfKnown);

    /// <inheritdoc cref="AddIfKnown(IdentifierKind, ReadOnlyMemory{char})"/>
    public void AddIfKnown(IdentifierKind kind, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        AddIfKnown(kind, text.AsMemory());
    }

    /// <summary>Whether some of the tenants are not in memory.</summary>
    internal bool HasUnread => unread is not null;

    /// <summary>Reads the tenants that are not in memory.</summary>
    internal async Task ReadAsync(TenantLookup lookup, CancellationToken cancellationToken)
    {
        var mentions = unread ?? [];
        unread = null;
        var asked = mentions.ConvertAll(mention => lookup.FindAsync(mention.Identifier, cancellationToken).AsTask());
        foreach (var (mention, asking) in mentions.Zip(asked))
        {
            try
            {
                Take(mention, await asking.ConfigureAwait(false));
            }
            catch (CatalogueUnreachableException)
            {
                Doubt(mention);
            }
        }
    }

    internal TenantResolution Resolve(bool required)
    {
        var outcome = Outcome;
        return new(outcome, outcome is TenantResolutionOutcome.Found ? tenant : null, required)
        {
            SpelledDifferently = state.HasFlag(State.SpelledDifferently),
            ByCredential = state.HasFlag(State.ByCredential),
            Contact = directory.Contact,
        };
    }

    // Without contact a name that is not known here may exist, so a disagreement is answered like a name that cannot be looked up.
    // Where nothing but the host could name a tenant, and nobody can say whether it does, that is not known either.
    private TenantResolutionOutcome Outcome =>
        state.HasFlag(State.Unreachable) || (state.HasFlag(State.Conflicting) && directory.Contact is not DirectoryContact.Connected) ? TenantResolutionOutcome.Unreachable
        : state.HasFlag(State.Conflicting) ? TenantResolutionOutcome.Conflicting
        : !state.HasFlag(State.Led) ? state.HasFlag(State.Unsure) ? TenantResolutionOutcome.Unreachable : TenantResolutionOutcome.None
        : directory.Contact is DirectoryContact.Stale ? TenantResolutionOutcome.Unreachable
        : tenant is null ? TenantResolutionOutcome.Unknown
        : TenantResolutionOutcome.Found;

    private void Add(IdentifierKind kind, ReadOnlyMemory<char> text, Weight weight)
    {
        if (!Identifier.TryNormalise(kind, text, out var value))
        {
            Take(new(kind, text, weight), found: null);
            return;
        }

        var mention = new Mention(kind, value, weight);
        if (directory.TryFind(kind, value.Span, out var found))
        {
            Take(mention, found);
        }
        else if (directory.MightContain(kind, value.Span))
        {
            if (weight is not Weight.IfKnown)
            {
                Spell(mention);
            }

            LeaveUnread(mention);
        }
        else if (directory.Contact is DirectoryContact.Connected)
        {
            Take(mention, found: null);
        }
        else
        {
            Doubt(mention);
        }
    }

    // A method of its own: what its lambda takes along would cost memory in every request.
    private void LeaveUnread(Mention mention)
    {
        unread ??= [];
        if (unread.Exists(known => known.Says(mention)))
        {
            return;
        }

        // So many different ones disagree, whatever they are.
        if (unread.Count == MostUnread)
        {
            state |= State.Conflicting;
            return;
        }

        unread.Add(mention);
    }

    private void Take(Mention mention, Tenant? found)
    {
        if (found is null && mention.Weight is Weight.IfKnown)
        {
            return;
        }

        var again = Spell(mention);
        if (!state.HasFlag(State.Led))
        {
            state |= State.Led;
            tenant = found;
        }
        else if (found?.Id != tenant?.Id || (found is null && (!again || state.HasFlag(State.SpelledDifferently))))
        {
            state |= State.Conflicting;
        }
    }

    private void Doubt(Mention mention)
    {
        if (mention.Weight is Weight.IfKnown)
        {
            state |= State.Unsure;
            return;
        }

        Spell(mention);
        state |= State.Unreachable;
    }

    /// <summary>Notes how the tenant is named. A credential spells nothing: a key never reads like a name.</summary>
    /// <returns>Whether it is what was read before.</returns>
    private bool Spell(Mention mention)
    {
        if (mention.Weight is Weight.Bound)
        {
            return false;
        }

        if (!state.HasFlag(State.Spelled))
        {
            state |= State.Spelled;
            (firstKind, first) = (mention.Kind, mention.Value);
            return false;
        }

        if (firstKind == mention.Kind && first.Span.SequenceEqual(mention.Value.Span))
        {
            return true;
        }

        state |= State.SpelledDifferently;
        return false;
    }

    private readonly record struct Mention(IdentifierKind Kind, ReadOnlyMemory<char> Value, Weight Weight)
    {
        public Identifier Identifier => new(Kind, Value.ToString());

        public bool Says(Mention other) => Kind == other.Kind && Weight == other.Weight && Value.Span.SequenceEqual(other.Value.Span);
    }
}
