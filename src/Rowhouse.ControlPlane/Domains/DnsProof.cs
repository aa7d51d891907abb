using DnsClient;
using Microsoft.Extensions.Logging;

namespace Rowhouse.ControlPlane.Domains;

/// <summary>Asks name servers for the record. They are resolvers, which follow aliases (CNAME) by themselves.</summary>
internal sealed partial class DnsProof : IDomainProof
{
    /// <summary>How many records are looked at; others may stand at the name too.</summary>
    public const int MostRecords = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PatienceWithOne = TimeSpan.FromSeconds(2);

    private readonly LookupClient client;
    private readonly ILogger<DnsProof> logger;

    public DnsProof(ControlPlaneOptions options, ILogger<DnsProof> logger)
    {
        this.logger = logger;
        var settings = options.NameServers.Count == 0 ? new LookupClientOptions() : new LookupClientOptions([.. options.NameServers]);
        settings.Timeout = PatienceWithOne;
        settings.Retries = 1;
        settings.ThrowDnsErrors = false;
        settings.UseCache = false; // who has just set the record is to see it
        client = new(settings);
    }

    public async Task<DomainFailure?> CheckAsync(Domain domain, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        IDnsQueryResponse answer;
        try
        {
            answer = await client.QueryAsync(domain.RecordName, QueryType.TXT, cancellationToken: deadline.Token);
        }
        catch (Exception exception) when (exception is DnsResponseException or DnsResponseParseException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested(); // the client calls that a time-out too
            NoAnswer(logger, exception);
            return DomainFailure.NameServerUnreachable;
        }

        if (answer.Header.ResponseCode is not (DnsHeaderResponseCode.NoError or DnsHeaderResponseCode.NotExistentDomain))
        {
            return DomainFailure.NameServerUnreachable;
        }

        // A text longer than 255 bytes comes in pieces.
        var texts = answer.Answers.TxtRecords().Take(MostRecords).Select(record => string.Concat(record.Text)).ToList();
        return texts is [] ? DomainFailure.RecordMissing
            : texts.Contains(domain.RecordValue, StringComparer.Ordinal) ? null
            : DomainFailure.RecordWrong;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The name servers that were asked for the proof of a domain do not answer")]
    private static partial void NoAnswer(ILogger logger, Exception exception);
}
