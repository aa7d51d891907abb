using Rowhouse.Browser.Tests;

[assembly: AssemblyFixture(typeof(Browser))]

// One window at a time: two cores serve the pages, the database and the browser.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
