namespace Rowhouse.Tenancy.Postgres.Outbox;

/// <summary>Which events there are in this program, and who handles them.</summary>
internal sealed class EventRegistry
{
    private readonly Dictionary<Type, EventType> byType = [];
    private readonly Dictionary<string, EventType> byKind = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, List<EventConsumer>> consumers = [];

    public EventRegistry(IEnumerable<EventType> types, IEnumerable<EventConsumer> consumers)
    {
        foreach (var type in types)
        {
            if (byType.TryGetValue(type.Type, out var same) ? same.Kind != type.Kind : byKind.ContainsKey(type.Kind))
            {
                throw new InvalidOperationException($"{type.Type} cannot be the event '{type.Kind}': an event has one name and a name is one event.");
            }

            byType[type.Type] = type;
            byKind[type.Kind] = type;
        }

        foreach (var consumer in consumers)
        {
            if (!byType.ContainsKey(consumer.Handles))
            {
                throw new InvalidOperationException($"'{consumer.Name}' handles {consumer.Handles}, which is no event. Call AddEvent with its kind.");
            }

            var others = this.consumers.TryGetValue(consumer.Handles, out var known) ? known : this.consumers[consumer.Handles] = [];
            if (others.Exists(other => other.Name == consumer.Name))
            {
                throw new InvalidOperationException($"'{consumer.Name}' handles {consumer.Handles} twice. Give one of them another name: of two with one name only the first would be called.");
            }

            others.Add(consumer);
        }

        Handled = [.. byKind.Values.Where(type => this.consumers.ContainsKey(type.Type)).Select(type => type.Kind)];
    }

    /// <summary>The kinds that somebody here handles. All others are left to nodes that know them.</summary>
    public string[] Handled { get; }

    /// <summary>The sort that a type of event is.</summary>
    /// <exception cref="InvalidOperationException">It is no event.</exception>
    public EventType Of(Type type) => byType.TryGetValue(type, out var known) ? known : throw new InvalidOperationException($"{type} is no event: it has no kind. Call AddEvent when the application is built.");

    public bool IsHandled(Type type) => consumers.ContainsKey(type);

    /// <summary>Who handles a kind that is <see cref="Handled"/>.</summary>
    public (EventType Type, IReadOnlyList<EventConsumer> Consumers) Of(string kind)
    {
        var type = byKind[kind];
        return (type, consumers[type.Type]);
    }
}
