using ZiggyCreatures.Caching.Fusion;
using ZiggyCreatures.Caching.Fusion.Backplane;

namespace Rowhouse.Tenancy.Caching;

/// <summary>Says when this node has begun to hear the others: what they removed before that it does not know.</summary>
/// <param name="inner">The way over which nodes hear of one another.</param>
/// <param name="begun">What is done then.</param>
internal sealed class ListeningBackplane(IFusionCacheBackplane inner, Action begun) : IFusionCacheBackplane
{
    public void Subscribe(BackplaneSubscriptionOptions options)
    {
        inner.Subscribe(options);
        begun();
    }

    public async ValueTask SubscribeAsync(BackplaneSubscriptionOptions options)
    {
        await inner.SubscribeAsync(options).ConfigureAwait(false);
        begun();
    }

    public void Unsubscribe() => inner.Unsubscribe();

    public ValueTask UnsubscribeAsync() => inner.UnsubscribeAsync();

    public void Publish(BackplaneMessage message, FusionCacheEntryOptions options, CancellationToken token = default) => inner.Publish(message, options, token);

    public ValueTask PublishAsync(BackplaneMessage message, FusionCacheEntryOptions options, CancellationToken token = default) => inner.PublishAsync(message, options, token);
}
