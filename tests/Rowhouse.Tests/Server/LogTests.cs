using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Rowhouse.Contracts.CardVault;
using Shouldly;

namespace Rowhouse.Tests.Server;

public sealed class LogTests(LogTests.Fixture server) : IClassFixture<LogTests.Fixture>
{
    [Fact]
    public async Task A_name_that_is_taken_is_an_answer_and_no_error_of_the_server()
    {
        var before = server.Logged.Count;
        var tenant = await server.CreateTenantAsync("Log Cards", "cardvault");
        Task<HttpResponseMessage> AddAsync() => tenant.Admin.Client.PostAsJsonAsync("/api/cardvault/collections", new CollectionRequest("Binder"), TestContext.Current.CancellationToken);

        await AddAsync().ShouldBeAsync(HttpStatusCode.Created);
        await AddAsync().ProblemAsync(HttpStatusCode.Conflict, "urn:rowhouse:cardvault:duplicate-collection");

        server.Logged.Skip(before).Where(entry => entry.Level >= LogLevel.Warning).ShouldBeEmpty();
        server.Logged.ShouldNotBeEmpty();
    }

    /// <summary>A server whose log is kept.</summary>
    public sealed class Fixture : ServerFixture
    {
        public ConcurrentQueue<(string Category, LogLevel Level, string Text)> Logged { get; } = [];

        protected override void Configure(WebApplicationBuilder builder) => builder.Logging.AddProvider(new Recorder(Logged));
    }

    private sealed class Recorder(ConcurrentQueue<(string Category, LogLevel Level, string Text)> logged) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Recording(categoryName, logged);

        public void Dispose()
        {
        }

        private sealed class Recording(string category, ConcurrentQueue<(string Category, LogLevel Level, string Text)> logged) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                logged.Enqueue((category, logLevel, formatter(state, exception)));
        }
    }
}
